// Logging out, also where no connection is: that the daemon has not heard of it
// yet is all that is kept, and it is told before anything else is asked.
import { Problem, call, remember } from "./api.mjs";

const KEPT = "logout";

export const isOwed = () => localStorage.getItem(KEPT) !== null;

// It was told, or somebody's new session took the place of the old one.
export const settled = () => localStorage.removeItem(KEPT);

export async function logout() {
  localStorage.setItem(KEPT, "owed");
  await call("DELETE", "/v1/session");
  settled();
}

// By a page that knows nothing of the session any more.
export async function settle() {
  if (!isOwed())
    return;
  try {
    remember(await call("GET", "/v1/me"));
    await call("DELETE", "/v1/session");
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401)
      throw error;
  } finally {
    remember(null);
  }
  settled();
}
