// The other end of Web Push with the public packages: one JSON a line in, one
// out.  {do: "subscribe"} makes a browser's keys, {do: "open"} decrypts what
// came for it and checks who sent it, {do: "request"} is what web-push sends.
import { createInterface } from "node:readline";
import crypto from "node:crypto";
import ece from "http_ece";
import webpush from "web-push";

const browsers = new Map();

function subscribe() {
  const ecdh = crypto.createECDH("prime256v1");
  const p256dh = ecdh.generateKeys().toString("base64url");
  const auth = crypto.randomBytes(16).toString("base64url");
  browsers.set(p256dh, { ecdh, auth });
  return { p256dh, auth };
}

function open({ p256dh, body }) {
  const { ecdh, auth } = browsers.get(p256dh);
  return ece.decrypt(Buffer.from(body, "base64"), {
    version: "aes128gcm", privateKey: ecdh, authSecret: auth,
  }).toString();
}

// The claims of "vapid t=..., k=...", or an exception.
function sender(authorization) {
  const [, token, key] = /^vapid t=([^,]+), k=(\S+)$/.exec(authorization);
  const [head, claims, signature] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = { kty: "EC", crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url") };
  const ok = crypto.verify("sha256", Buffer.from(`${head}.${claims}`),
    { key: crypto.createPublicKey({ key: jwk, format: "jwk" }),
      dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
  if (!ok) throw new Error("the token is not signed by k");
  return { ...JSON.parse(Buffer.from(claims, "base64url")), key,
    alg: JSON.parse(Buffer.from(head, "base64url")).alg };
}

const calls = {
  subscribe,
  open: (m) => ({ text: open(m), sender: sender(m.authorization) }),
  // What the public server would send with our key, if it is one.
  request: ({ to, key, point, contact, text }) => {
    const { headers, body } = webpush.generateRequestDetails(to, text,
      { vapidDetails: { subject: contact, publicKey: point,
        privateKey: key } });
    return { headers, body: body.toString("base64") };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const m = JSON.parse(line);
    answer = calls[m.do](m);
  } catch (e) {
    answer = { why: `${e.name}: ${e.message}` };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
