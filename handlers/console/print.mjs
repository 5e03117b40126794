// A paper of a case, to be printed: #/case/CODE/print/M02, or of a step, N14.
import { html } from "./html.mjs";
import { FORMS, fieldsOf } from "./forms.mjs";
import { live } from "./live.mjs";
import { addInformant, forgetLeaf, leaf, onLeaf, openLeaf }
  from "./print_file.mjs";
import { bottom, dateOf, dayOf, heading, markTable, or, planTable, top, upper }
  from "./print_parts.mjs";
import { printStyle } from "./print_style.mjs";
import { speakAlso, t } from "./text.mjs";
import { dateTimeInput } from "./time.mjs";

const own = { word: (family, code) => code };

const value = (f, text) => {
  const got = text[f.name];
  if (f.kind === "date")
    return or(dayOf(got), 20);
  if (f.kind === "instant")
    return or(dateTimeInput(got).replace(/^(\d+)-(\d+)-(\d+)T(\d+):(\d+)$/,
      "$4 giờ $5, ngày $3/$2/$1") || got, 30);
  // Not ticked says no only where somebody has concluded.
  if (f.kind === "check")
    return got === "yes" ? "có" : text.risk ? "không" : or("", 20);
  if (f.words && got)
    return own.word(f.family ?? `form.${f.name}`, got);
  return or(got, f.kind === "long" ? 80 : 40);
};

const HEAD = new Set(["number", "place_of", "secrecy", "recipients", "officer",
  "signer", "capacity"]);

const line = (f, text) => html`<p class="paper-line">- ${f.label[0]}: <span
  class="told">${value(f, text)}</span></p>`;

function rowsOf(f, text) {
  const rows = [];
  for (let n = 1; text[`${f.name}.${n}.what`] !== undefined; n++)
    rows.push(Object.fromEntries(f.fields.map((c) =>
      [c.name, text[`${f.name}.${n}.${c.name}`]])));
  return rows.length > 0 ? rows : [{}, {}];
}

const fund = (code) => own.word("form.fund", code);

// The first part is the head of the paper.
function partOf(s, n, text) {
  const fields = s.fields.filter((f) => !HEAD.has(f.name));
  if (fields.length === 0)
    return null;
  if (s.counts)
    return markTable(s.title[0], fields, text);
  return html`${n > 0 && html`<h3>${s.title[0]}</h3>`}${fields.map((f) => f.kind === "rows"
    ? planTable(rowsOf(f, text), fund) : line(f, text))}`;
}

const INFORMANT = [["name", "Họ và tên"], ["phone", "Số điện thoại"],
  ["address", "Địa chỉ"], ["notes", "Ghi chú"]];
const informant = () => html`<h3>3. Thông tin về người cung cấp thông tin</h3>
  ${leaf.informants === null
    ? html`<p class="paper-line">(Không in, để bảo vệ người báo tin theo Điều 24
      Nghị định 56/2017/NĐ-CP.)</p>`
    : leaf.informants.map((i) => INFORMANT.map(([name, label]) => html`
      <p class="paper-line">- ${label}: ${or(i.informant[name], 40)}</p>`))}`;

// {name} is a field of the form; what is empty is dotted.
const fill = (template, text) => template.replace(/\{(\w+)\}/g,
  (_, name) => or(/^(birth_date|from_day)$/.test(name) ? dayOf(text[name])
    : text[name], 30));

const CHILD = "{child_name}, sinh ngày {birth_date}";
const ARTICLES = {
  M05: [`{article1} Trẻ em: ${CHILD}.`, "{article2}", "{article3}"],
  M07: [`Tạm thời cách ly trẻ em ${CHILD}, khỏi ông/bà {from_whom}. Lý do: {reason}`,
    "Bố trí nơi tạm trú an toàn: {shelter}. Người, cơ sở chăm sóc thay thế: {carer}. Thời hạn {days} ngày, kể từ ngày {from_day}.",
    "{duty}"],
  conclude: ["Kết luận khẩn cấp: {emergency}. Lý do: {reason}",
    "Biện pháp: {measures}",
    "Các cơ quan, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này kể từ ngày ký."],
  isolation: ["{action} tạm thời cách ly trẻ em. Lý do: {reason}",
    "Thời hạn: {days} ngày.",
    "Các cơ quan, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này kể từ ngày ký."],
};
const GROUNDS = FORMS.M05.sections.flatMap((s) => s.fields)
  .find((f) => f.name === "grounds").of();

const articles = (list, text) => list.map((a, i) => html`<p class="paper-text"><strong>${
  `Điều ${i + 1}.`}</strong>${" "}<span class="told">${fill(a, text)}</span></p>`);

const decision = (grounds, list, text) => html`
  <p class="paper-about"><strong>CHỦ TỊCH ỦY BAN NHÂN DÂN ${
    upper(or(live.me.ward.name, 20))}</strong></p>
  ${grounds.split("\n").map((g) => html`<p class="paper-text"><em>${g}</em></p>`)}
  <p class="paper-about"><strong>QUYẾT ĐỊNH:</strong></p>
  ${articles(list, text)}`;

const planOf = () => leaf.plan && planTable(leaf.plan.activities
  .filter((a) => a.state !== "cancelled")
  .map((a) => ({ ...a, start: a.start_at.slice(0, 10),
    // end_at is 24:00 of its last day
    end: new Date(Date.parse(a.end_at) + 7 * 3600000 - 1).toISOString()
      .slice(0, 10) })), fund);

function formPaper() {
  const { form, text, paper } = leaf;
  const names = { ...text, signer: paper?.signer ?? text.signer };
  return html`${leaf.isDraft && html`<p class="paper-draft">BẢN NHÁP</p>`}
    ${top({ ward: live.me.ward.name, abbr: form.abbr,
      number: paper?.number ?? text.number, place: text.place_of,
      date: paper?.date ?? leaf.filedAt, formNumber: `Mẫu số 0${form.number}` })}
    ${heading(form.title, form.decision ? `Về việc ${form.about[0]
      .replace(/^./, (c) => c.toLocaleLowerCase("vi"))}` : form.about[0])}
    ${form.decision ? decision(or(text.grounds, 60), ARTICLES[leaf.what], text)
      : form.sections.map((s, n) => partOf(s, n, text))}
    ${planOf()}
    ${form.informant && informant()}
    ${bottom({ ...text, signs: form.signs, names,
      capacity: paper?.capacity ?? text.capacity })}`;
}

const CAPACITIES = { father: "cha", mother: "mẹ", carer: "người chăm sóc",
  kin: "họ hàng", resident: "đại diện khu dân cư", team: "nhóm thường trực",
  agency: "cơ quan", child: "trẻ em", other: "khác" };
const minutes = (act) => html`
  ${heading("BIÊN BẢN", "Họp xác định nhu cầu hỗ trợ, can thiệp của trẻ em")}
  <p class="paper-line">- Thời gian: ${dateOf(act.done.acted_at)}</p>
  <table><caption>Thành phần được mời</caption><thead><tr>${["TT", "Họ và tên",
    "Tư cách", "Có mặt"].map((h) => html`<th scope="col">${h}</th>`)}</tr></thead>
    <tbody>${act.body.invited.map((p, i) => html`<tr><td>${i + 1}</td>
      <td>${p.name}</td><td>${CAPACITIES[p.capacity]}</td>
      <td>${p.came === undefined ? "" : p.came ? "x" : "vắng"}</td></tr>`)}
    </tbody></table>
  <h3>Nội dung</h3><p class="paper-text told">${act.body.minutes}</p>`;

const ACTIONS = { end: "Chấm dứt", extend: "Gia hạn", cancel: "Hủy bỏ" };
const EMERGENCY = { yes: "có", no: "không" };

function stepPaper() {
  const { act, paper } = leaf;
  const { kind, step } = act.done;
  const text = { ...act.body, action: ACTIONS[act.body.decision],
    emergency: EMERGENCY[act.body.emergency] };
  const isMeeting = kind === "meeting";
  return html`
    ${top({ ward: live.me.ward.name, abbr: isMeeting ? "BB-UBND" : "QĐ-UBND",
      number: paper?.number, place: live.me.ward.name,
      date: paper?.date ?? (isMeeting ? act.done.acted_at : null) })}
    ${isMeeting ? minutes(act) : html`
      ${heading("QUYẾT ĐỊNH", `Về việc: ${live.steps[step]?.name_vi ?? step}`)}
      ${decision(GROUNDS, ARTICLES[kind] ?? ARTICLES.isolation, text)}`}
    ${bottom({ recipients: "- Như trên;\n- Lưu: VT, hồ sơ.", names:
      { signer: paper?.signer }, capacity: paper?.capacity, secrecy: fieldsOf(FORMS.M05)
      .find((f) => f.name === "secrecy").of(), signs: isMeeting
      ? [["THƯ KÝ", "none"], ["CHỦ TRÌ", "none"]] : [["CHỦ TỊCH", "signer"]] })}`;
}

function ask(event) {
  event.preventDefault();
  addInformant(event.target.elements.reason.value.trim());
}

const tools = () => html`<div class="no-print">
  <p class="row"><a class="tap" href=${`#/case/${leaf.code}`}>${
    t("form.back", { code: leaf.code })}</a>
    <button type="button" onClick=${() => print()}>${t("print.go")}</button></p>
  <p class="help">${t("print.help")}</p>
  ${leaf.form?.informant && leaf.informants === null && leaf.whole.referrals
    .some((r) => r.has_informant) && html`
    <details><summary class="tap">${t("print.informant")}</summary>
      <form class="sheet" onSubmit=${ask}><label for="reason">${
        t("informant.reason")}</label>
        <input id="reason" name="reason" required maxlength="1000" />
        <button type="submit" disabled=${leaf.isBusy}>${
          t("print.informant_add")}</button></form></details>`}</div>`;

export function page() {
  const isThere = leaf.form !== null || leaf.act !== null;
  if (leaf.missing || leaf.said !== null || leaf.whole === null || !isThere)
    return html`<h1 tabindex="-1">${t("form.print")}</h1>
      <p class=${leaf.missing || leaf.said ? "fault" : "help"}>${leaf.said ??
        t(leaf.missing ? "print.missing" : "starting")}</p>`;
  return html`<h1 class="no-print" tabindex="-1">${t("print.title",
    { code: leaf.code })}</h1>
    ${tools()}
    <article class="paper" lang="vi" data-paper=${leaf.what}>${leaf.form === null ? stepPaper()
      : formPaper()}</article>`;
}

export async function open(part, draw) {
  onLeaf(draw);
  printStyle();
  own.word = await speakAlso("vi");
  await openLeaf(part);
}

export const close = forgetLeaf;
