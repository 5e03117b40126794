// Logging in: name, password, and a code where one was enrolled.
import { Offline, Problem, call, remember } from "./api.mjs";
import { html } from "./html.mjs";
import { begin } from "./live.mjs";
import { t } from "./text.mjs";

const state = { needsCode: false, fault: null, isBusy: false, phone: null };

function faultOf(error) {
  if (error instanceof Offline)
    return t("offline.login");
  if (!(error instanceof Problem))
    throw error;
  state.phone = error.body.duty_phone || state.phone;
  if (error.code === "totp_needed" && !state.needsCode) {
    state.needsCode = true;
    return null;
  }
  const own = t(`login.${error.code}`);
  return own.startsWith("login.") ? error.body.detail ?? own : own;
}

async function submit(event, draw, entered) {
  event.preventDefault();
  const form = event.target;
  const body = { login: form.elements.login.value.trim(),
    password: form.elements.password.value };
  if (state.needsCode)
    body.totp = form.elements.totp.value.replace(/\s/g, "");
  Object.assign(state, { isBusy: true, fault: null });
  draw();
  try {
    remember(await call("POST", "/v1/session", body));
    await begin();
    form.reset();
    state.needsCode = false;
    await entered();
  } catch (error) {
    state.fault = faultOf(error);
  }
  state.isBusy = false;
  draw();
  if (state.needsCode)
    document.getElementById("totp")?.focus();
}

const code = () => html`
  <label for="totp">${t("login.code")}</label>
  <input id="totp" name="totp" inputmode="numeric" required minlength="6"
    maxlength="7" autocomplete="one-time-code" aria-describedby="totp-help" />
  <p id="totp-help" class="help">${t("login.code_help")}</p>`;

// why: a text that says why one has to log in (again), or null; entered: what
// is done then.
export const loginPage = (draw, why, entered) => html`
  <h1 tabindex="-1">${t("login.title")}</h1>
  ${why && html`<p class="said">${why}</p>`}
  <form class="sheet" onSubmit=${(e) => submit(e, draw, entered)}>
    <label for="login">${t("login.name")}</label>
    <input id="login" name="login" required maxlength="32" autocomplete="username"
      autocapitalize="none" spellcheck=${false} />
    <label for="password">${t("login.password")}</label>
    <input id="password" name="password" type="password" required
      maxlength="128" autocomplete="current-password" />
    ${state.needsCode && code()}
    <div role="alert">${state.fault && html`<p class="fault">${state.fault}</p>`}
      ${state.phone && html`<p>${t("login.phone")} <a class="tap"
        href=${`tel:${state.phone.replace(/[^+\d]/g, "")}`}>${state.phone}</a></p>`}
    </div>
    <button type="submit" disabled=${state.isBusy}>${t("login.go")}</button>
  </form>`;
