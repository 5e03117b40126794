// The paper that was issued: its number, date, signer and scan, which is chosen
// from the documents of the case if there are any.
const whole = (documents) => documents.filter((d) => d.state === "whole");

export const paper = (documents) => ({ name: "paper", kind: "group",
  label: "issue.head", fields: [
    { name: "number", label: "paper.number", required: true, max: 100 },
    { name: "date", label: "paper.date", kind: "date", required: true },
    { name: "signer", label: "paper.signer", required: true, max: 200 },
    { name: "capacity", label: "paper.capacity", kind: "choice",
      family: "role", words: ["chairman", "vice_chairman"] },
    { name: "office", label: "paper.office", required: true, max: 200 },
    { name: "signature", label: "paper.signature", kind: "choice",
      required: true, words: ["hand", "digital"] },
    whole(documents).length > 0
      ? { name: "scan", label: "paper.scan", kind: "choice", required: true,
        words: whole(documents).map((d) => [d.id, d.title ?? d.id]) }
      : { name: "scan", label: "paper.scan_hash", required: true, max: 64 }] });
