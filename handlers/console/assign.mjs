// Giving a case to somebody else: from the page of leads and from the case.
import { call } from "./api.mjs";
import { sheet } from "./fields.mjs";
import { t } from "./text.mjs";

export const loads = async () => (await call("GET", "/v1/members")).items;

export const memberWords = (members) => members.map((m) =>
  [m.login, m.name === undefined ? m.login : `${m.name} (${m.login})`]);

export async function assign(code, body) {
  const { items } = await call("GET",
    `/v1/cases?code=${encodeURIComponent(code)}&limit=1`);
  await call("POST", `/v1/cases/${encodeURIComponent(code)}/assign`, body,
    { "If-Match": `"${items[0]?.version}"` });
}

export const TEAM = ["officer", "lead", "police", "health", "school", "justice",
  "union", "chairman", "vice_chairman"];

// how: {members, isBusy, send(body)}
export const assignForm = (how) => sheet({ prefix: "assign", isBusy: how.isBusy,
  button: t("assign.do"), send: how.send, fields: [
    { name: "member", label: "assign.to", kind: "choice", required: true,
      words: memberWords(how.members.filter((m) =>
        m.roles.split(" ").some((r) => TEAM.includes(r)))) },
    { name: "reason", required: true, max: 1000 }] });
