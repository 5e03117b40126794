// The parts of a paper as Decree 30/2020 lays them out.  Papers are Vietnamese
// whatever language the page is in.
import { html } from "./html.mjs";
import { MARKS } from "./forms.mjs";

export const dots = (n = 40) => "….".repeat(Math.ceil(n / 4));
export const or = (text, n) => text === undefined || text === null ||
  String(text).trim() === "" ? dots(n) : String(text);

// Two digits for days, and for the first two months (Decree 30/2020).
export function dateOf(at, utc = 7) {
  const ms = Date.parse(at ?? "");
  if (Number.isNaN(ms))
    return "ngày …… tháng …… năm ………";
  const d = new Date(ms + utc * 3600000);
  const month = d.getUTCMonth() + 1;
  return `ngày ${String(d.getUTCDate()).padStart(2, "0")} tháng ${
    month < 3 ? `0${month}` : month} năm ${d.getUTCFullYear()}`;
}

// "2017-03-09" as a Vietnamese writes it: 09/03/2017.
export const dayOf = (day) => /^\d{4}-\d\d-\d\d$/.test(day ?? "")
  ? day.split("-").reverse().join("/") : day;

export const upper = (text) => text.toLocaleUpperCase("vi");

export const top = ({ ward, number, abbr, place, date, formNumber }) => html`
  ${formNumber && html`<p class="paper-form">${formNumber}</p>`}
  <div class="paper-top">
    <div><p>ỦY BAN NHÂN DÂN</p><p><strong class="ruled">${
      or(ward && upper(ward), 20)}</strong></p>
      <p>Số: ${or(number, 8)}${number?.includes("/") ? "" : `/${abbr}`}</p></div>
    <div><p><strong>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</strong></p>
      <p><strong class="ruled">Độc lập - Tự do - Hạnh phúc</strong></p>
      <p><em>${or(place, 16).replace(/^./u, upper)}, ${dateOf(date)}</em></p></div>
  </div>`;

export const heading = (title, about) => html`
  <h2 class="paper-title">${title}</h2>
  <p class="paper-about"><strong>${about}</strong></p>`;

// What the chairman decides by the decree he signs for himself; what is the
// committee's he signs "TM.", for it; a vice chairman signs "KT.", in the
// chairman's place (Decree 30/2020).
const officeOf = ([office, name], capacity) =>
  name === "signer" && capacity === "vice_chairman"
    ? office.replace("CHỦ TỊCH", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH") : office;
const sign = (office, name) => html`<div>${office.split("\n").map((line) =>
  html`<p><strong>${line}</strong></p>`)}<p><em>(Ký, ghi rõ họ tên)</em></p>
  <p class="paper-name"><strong>${or(name, 24)}</strong></p></div>`;

const lines = (text) => or(text, 30).split("\n");

export const bottom = ({ recipients, secrecy, signs, names, capacity }) => html`
  ${secrecy && html`<p class="paper-secrecy">Mức độ bảo mật: ${secrecy}</p>`}
  <div class="paper-bottom">
    <div class="paper-to"><p><strong><em>Nơi nhận:</em></strong></p>
      ${lines(recipients).map((l) => html`<p>${l}</p>`)}</div>
    ${signs.map((s) => sign(officeOf(s, capacity), names[s[1]]))}
  </div>`;

const MARK_HEADS = ["Cao", "Trung bình", "Thấp"];
const countOf = (fields, text, m) => fields.some((f) => text[f.name])
  ? fields.filter((f) => text[f.name] === m).length : "";
export const markTable = (title, fields, text) => html`
  <table><caption>${title}</caption>
    <thead><tr><th scope="col">Nội dung đánh giá</th>${MARK_HEADS.map((m) =>
      html`<th scope="col">${m}</th>`)}</tr></thead>
    <tbody>${fields.map((f) => html`<tr><th scope="row">${f.label[0]}</th>
      ${MARKS.map((m) => html`<td>${text[f.name] === m ? "x" : ""}</td>`)}</tr>`)}
    <tr><th scope="row">Tổng số</th>${MARKS.map((m) => html`<td>${
      countOf(fields, text, m)}</td>`)}</tr></tbody></table>`;

const money = (cost) => /^\d+$/.test(cost ?? "")
  ? new Intl.NumberFormat("vi-VN").format(Number(cost)) : or(cost, 8);

// rows: [{what, body, person, provider, start, end, cost, fund}]
export const planTable = (rows, fundOf) => html`
  <table class="paper-plan"><caption>Hoạt động, dịch vụ hỗ trợ, can thiệp</caption>
    <thead><tr>${["TT", "Hoạt động, dịch vụ", "Thực hiện, chịu trách nhiệm",
      "Nơi cung cấp", "Thời gian", "Kinh phí (đồng)"].map((h) =>
      html`<th scope="col">${h}</th>`)}</tr></thead>
    <tbody>${rows.map((r, i) => html`<tr><td>${i + 1}</td><td>${or(r.what, 12)}</td>
      <td>${or(r.body, 8)}; ${or(r.person, 8)}</td><td>${or(r.provider, 8)}</td>
      <td>${or(dayOf(r.start), 8)} – ${or(dayOf(r.end), 8)}</td>
      <td>${money(String(r.cost ?? ""))}${r.fund && html`<br />(${
        fundOf(r.fund)})`}</td></tr>`)}</tbody></table>`;
