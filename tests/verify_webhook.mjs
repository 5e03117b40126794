// Verifies Standard Webhooks signatures with the public package: one JSON
// {secret, headers, body} a line in, one {ok, why} a line out.
import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  let answer = { ok: true };
  try {
    new Webhook(secret).verify(body, headers);
  } catch (e) {
    answer = { ok: false, why: `${e.name}: ${e.message}` };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
