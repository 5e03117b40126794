// Forms Mẫu 01-07 of Decree 56/2017 as one table: the screens and the papers
// are both drawn from it.  Labels are [Vietnamese, English]; the paper is in
// Vietnamese.  of: what a field begins with, read from the case; child: the
// field of the child that is mended when the form is filed; into: the field of
// the step that is done with it.  The wording of Mẫu 01 and 06 is the decree's as
// far as it was found; that of Mẫu 02-05 and 07, and what 06 asks of protection,
// is to be checked against the official gazette before a ward relies on it.
export const MARKS = ["high", "medium", "low"];
export const FUNDS = ["budget", "fund", "insurance", "family", "donor", "other"];

const line = (name, vi, en, more = {}) =>
  ({ name, label: [vi, en], kind: "line", max: 500, ...more });
const long = (name, vi, en, more = {}) =>
  line(name, vi, en, { kind: "long", max: 4000, ...more });
const choice = (name, vi, en, words, more = {}) =>
  line(name, vi, en, { kind: "choice", words, ...more });
const mark = (part, item, vi, en) =>
  choice(`${part}.${item}`, `${item}. ${vi}`, en, MARKS, { mark: { part, item } });
const section = (vi, en, fields, more = {}) =>
  ({ title: [vi, en], fields, ...more });

const person = (whole, role) => whole.persons.find((p) => p.role === role) ?? {};
const child = (name) => (whole) => whole.children[0]?.[name];
const last = (name) => (whole) => whole.referrals
  .filter((r) => r.direction === "in").at(-1)?.body?.[name];
const told = (names) => (whole) => names.map((n) => last(n)(whole))
  .filter((text) => text).join("\n");

const SECRECY = long("secrecy", "Mức độ bảo mật, phạm vi được đọc",
  "Confidentiality and who may read it (D56 24.3)", { max: 500, of: () =>
    "Bí mật theo Điều 24 Nghị định 56/2017/NĐ-CP; chỉ những nơi nhận ghi dưới đây được đọc." });
const RECIPIENTS = long("recipients", "Nơi nhận", "Recipients", { max: 1000,
  of: () => "- Chủ tịch UBND (để báo cáo);\n- Lưu: VT, hồ sơ." });
const OFFICER = line("officer", "Họ và tên người lập", "Written by",
  { max: 200, of: (whole, me) => me.name });

const WHO = [
  line("child_name", "Họ và tên trẻ em", "Child's full name",
    { max: 200, of: child("name"), child: "name" }),
  { name: "birth_date", label: ["Ngày, tháng, năm sinh", "Date of birth"],
    kind: "date", of: child("birth_date"), child: "birth_date" },
  line("age", "Hoặc ước lượng tuổi", "Or age, estimated",
    { max: 2, number: true, of: child("age"), child: "age" }),
  choice("sex", "Giới tính", "Sex", ["male", "female", "unknown"],
    { family: "field.sex", of: child("sex"), child: "sex" }),
];
const WHO_ONLY = WHO.map(({ child: _, ...field }) => field);
const PARENTS = [["father", "cha", "Father"], ["mother", "mẹ", "Mother"]]
  .flatMap(([role, vi, en]) => [
    line(`${role}_name`, `Họ và tên ${vi}`, `${en}: name`,
      { max: 200, of: (whole) => person(whole, role).name }),
    line(`${role}_age`, `Tuổi của ${vi}`, `${en}: age`,
      { max: 3, of: (whole) => person(whole, role).age }),
    line(`${role}_job`, `Nghề nghiệp của ${vi}`, `${en}: occupation`,
      { max: 200, of: (whole) => person(whole, role).job })]);

const HARM = [
  mark("harm", "1.1", "Mức độ tổn hại của trẻ em", "How badly the child is harmed"),
  mark("harm", "1.2", "Khả năng tiếp cận trẻ em của người gây tổn hại",
    "Whether who harms can reach the child"),
  mark("harm", "1.3", "Tác động của hành vi gây tổn hại đến sự phát triển của trẻ em",
    "Effect of the harm on the child's development"),
  mark("harm", "1.4", "Trở ngại trong môi trường chăm sóc để bảo vệ trẻ em",
    "Obstacles to protection where the child lives"),
];
const REVIEW = [
  mark("harm", "1.1", "Mức độ tổn hại của trẻ em có còn nghiêm trọng không",
    "Whether the harm is still serious"),
  mark("harm", "1.2", "Khả năng tiếp cận trẻ em của đối tượng xâm hại",
    "Whether who harms can reach the child"),
  mark("harm", "1.3", "Những trở ngại trong môi trường chăm sóc trẻ em đối với việc bảo đảm an toàn cho trẻ em",
    "Obstacles to the child's safety where it is cared for"),
];
const PROTECTION = [
  mark("protection", "2.1", "Khả năng tự bảo vệ của trẻ em", "Child protects itself"),
  mark("protection", "2.2", "Biết những người có thể bảo vệ mình",
    "Child knows who can protect it"),
  mark("protection", "2.3", "Khả năng tạo quan hệ với người có thể bảo vệ mình",
    "Child can turn to who can protect it"),
  mark("protection", "2.4", "Khả năng nhờ người lớn bảo vệ", "Child can ask adults"),
  mark("protection", "2.5", "Người lớn sẵn sàng bảo vệ trẻ em",
    "Adults are ready to protect"),
];
const harm = (fields, vi = "Mức độ tổn hại, nguy cơ tiếp tục bị tổn hại") =>
  section(vi, "Harm, and risk of more", fields, { counts: "harm" });
const protection = (vi = "Khả năng tự bảo vệ, được bảo vệ của trẻ em") =>
  section(vi, "Protection", PROTECTION, { counts: "protection" });
const conclusion = (vi, en) => [
  choice("risk", "Kết luận mức độ nguy cơ", "Risk, as concluded by a human",
    ["high", "medium", "low"], { required: true, into: "risk" }),
  long("conclusion", vi, en, { required: true, into: "conclusion" }),
];
const HEAD = [line("number", "Số", "Number", { max: 60 }),
  line("place_of", "Địa danh", "Place", { max: 100, of: (w, me) => me.ward.name })];
const end = (...fields) => section("Bảo mật, nơi nhận",
  "Confidentiality, recipients", [SECRECY, RECIPIENTS, ...fields]);
const SIGNER = [line("signer", "Người ký", "Signed by", { max: 200 }),
  choice("capacity", "Ký với tư cách", "Signs as",
    ["chairman", "vice_chairman"], { family: "role" })];
const END = end(OFFICER), PLAN_END = end(OFFICER, ...SIGNER);
const DECISION_END = end(...SIGNER);

const ACTIVITY = [
  long("what", "Hoạt động, dịch vụ", "Activity or service", { max: 2000, required: true }),
  line("body", "Cơ quan, đơn vị thực hiện", "Body", { max: 200, required: true }),
  line("person", "Người chịu trách nhiệm", "Who is responsible", { max: 200, required: true }),
  line("provider", "Nơi cung cấp dịch vụ", "Provider", { max: 200, required: true }),
  { name: "start", label: ["Bắt đầu", "Start"], kind: "date", required: true },
  { name: "end", label: ["Dự kiến xong", "Expected end"], kind: "date", required: true },
  line("cost", "Kinh phí dự kiến (đồng)", "Cost, estimated (đồng)",
    { max: 12, number: true, required: true }),
  choice("fund", "Nguồn kinh phí", "Whose money", FUNDS, { required: true }),
];

export const FORMS = {
  M01: {
    number: 1, abbr: "BC-UBND", title: "BÁO CÁO",
    about: ["Tiếp nhận thông tin trẻ em", "Report: information received"],
    basis: "NĐ56 25.1",
    sections: [
      section("Báo cáo", "Report", [...HEAD,
        choice("kind", "Trẻ em thuộc đối tượng", "Kind of report",
          ["abused", "at_risk", "special_circumstance", "injury",
            "rights_violation", "disaster", "unknown"],
          { family: "kind", of: last("kind") })]),
      section("1. Nguồn nhận thông tin", "1. Source", [
        choice("channel", "Tiếp nhận qua", "Received by",
          ["phone", "in_person", "third_party", "letter", "email", "message",
            "web", "app", "other"],
          { family: "channel", of: (w) => last("source")(w)?.channel }),
        { name: "received_at", label: ["Thời gian tiếp nhận", "Received at"],
          kind: "instant", of: (w) => last("source")(w)?.received_at ?? w.received_at }]),
      section("2. Thông tin về trẻ em", "2. The child", [...WHO,
        line("place", "Địa điểm xảy ra vụ việc", "Where it happened",
          { of: child("place"), child: "place" }),
        long("condition", "Tình trạng hiện tại của trẻ em", "Present state",
          { of: (w) => child("condition")(w) ?? last("narrative")(w) }),
        long("expected_harm", "Phỏng đoán hậu quả có thể sẽ xảy ra cho trẻ em nếu không có được hỗ trợ, can thiệp",
          "Expected harm without help", { of: child("expected_harm") }),
        ...PARENTS,
        long("family", "Hoàn cảnh gia đình", "Family", { of: child("family") }),
        line("carer_name", "Hiện ai đang chăm sóc trẻ em", "Present carer",
          { max: 200, of: (w) => person(w, "carer").name }),
        long("actions_taken", "Những hành động hỗ trợ, can thiệp đã thực hiện trước khi nhận được thông tin",
          "What was done already", { of: told(["actions_taken"]) })]),
      END],
    signs: [["CÁN BỘ TIẾP NHẬN THÔNG TIN", "officer"]], informant: true,
  },
  M02: {
    number: 2, abbr: "BC-UBND", title: "BÁO CÁO",
    about: ["Đánh giá nguy cơ ban đầu, mức độ tổn hại của trẻ em",
      "Initial assessment of risk and harm"],
    basis: "NĐ56 26.2",
    sections: [section("Báo cáo", "Report", HEAD),
      section("Trẻ em", "The child", WHO_ONLY), harm(HARM), protection(),
      section("Kết luận", "Conclusion", [
        ...conclusion("Kết luận, đề xuất áp dụng hay không áp dụng biện pháp khẩn cấp",
          "Conclusion: emergency measures or not"),
        { name: "isolation", kind: "check", into: "isolation", value: "ground",
          label: ["Có căn cứ tạm thời cách ly trẻ em khỏi người chăm sóc (Điều 32)",
            "There is a ground of isolation (D56 32.1)"] }]), END],
    signs: [["NGƯỜI ĐÁNH GIÁ", "officer"]],
  },
  M03: {
    number: 3, abbr: "BC-UBND", title: "BÁO CÁO",
    about: ["Thu thập thông tin, đánh giá nguy cơ cụ thể", "Specific assessment"],
    basis: "NĐ56 27.1",
    sections: [section("Báo cáo", "Report", HEAD),
      section("Trẻ em", "The child", WHO_ONLY),
      section("1. Thông tin thu thập được", "1. What was found", [
        long("state", "a) Tình trạng thể chất, tâm lý, tình cảm của trẻ em",
          "a) Physical, mental, emotional state"),
        long("family", "b) Hoàn cảnh gia đình, quan hệ, khả năng bảo vệ của cha mẹ, người chăm sóc",
          "b) Family, relations, parents' capacity to protect"),
        long("factors", "c) Yếu tố làm phát sinh, kéo dài tổn hại",
          "c) What let the harm happen or go on"),
        long("learning", "d) Nhận thức, học tập, khả năng tự bảo vệ",
          "d) Learning and self-protection"),
        long("neighbourhood", "đ) Mức độ an toàn, hỗ trợ của nơi cư trú",
          "đ) Safety and support of the neighbourhood"),
        long("needs", "e) Nhu cầu về y tế, xã hội, giáo dục, pháp lý, tâm lý",
          "e) Needs"),
        long("child_view", "g) Ý kiến, nguyện vọng của trẻ em", "g) The child's view"),
        long("carer_view", "h) Ý kiến của cha mẹ, người chăm sóc",
          "h) The parents' or carer's view", { help: [
            "Không hỏi người bị cho là gây hại cho trẻ em (Điều 27).",
            "Do not ask who is said to have done the harm (D56 27.1)."] })]),
      harm(HARM), protection(),
      section("Kết luận", "Conclusion", [
        ...conclusion("Kết luận, đề xuất", "Conclusion"),
        choice("carer_safe", "Môi trường của người chăm sóc đã an toàn",
          "The carer is safe", ["yes", "no"], { into: "carer_safe" })]), END],
    signs: [["NGƯỜI ĐÁNH GIÁ", "officer"]],
  },
  M04: {
    number: 4, abbr: "KH-UBND", title: "KẾ HOẠCH",
    about: ["Hỗ trợ, can thiệp trẻ em", "Plan of support and intervention"],
    basis: "NĐ56 28.1, 28.3",
    sections: [section("Kế hoạch", "Plan", HEAD),
      section("Trẻ em", "The child", WHO_ONLY),
      section("1. Vấn đề, mục tiêu", "1. Problem and goal", [
        long("problem", "Vấn đề của trẻ em cần giải quyết", "The problem"),
        long("goal", "Mục tiêu", "Goal", { required: true, into: "goal" })]),
      section("2. Hoạt động, dịch vụ", "2. Activities", [
        { name: "activities", kind: "rows", fields: ACTIVITY, into: "activities",
          label: ["Hoạt động", "Activity"] }]), PLAN_END],
    signs: [["TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH", "signer"], ["NGƯỜI LẬP KẾ HOẠCH", "officer"]],
  },
  M05: {
    number: 5, abbr: "QĐ-UBND", title: "QUYẾT ĐỊNH", step: "approve", decision: true,
    about: ["Phê duyệt kế hoạch hỗ trợ, can thiệp trẻ em", "Decision: plan approved"],
    basis: "NĐ56 28.4",
    sections: [section("Quyết định", "Decision", HEAD),
      section("Trẻ em", "The child", WHO_ONLY),
      section("Căn cứ", "Grounds", [long("grounds", "Căn cứ", "Grounds", { of: () =>
        "Căn cứ Luật Tổ chức chính quyền địa phương;\nCăn cứ Luật Trẻ em ngày 05 tháng 4 năm 2016;\nCăn cứ Nghị định số 56/2017/NĐ-CP ngày 09 tháng 5 năm 2017 của Chính phủ quy định chi tiết một số điều của Luật Trẻ em;\nTheo đề nghị của người làm công tác bảo vệ trẻ em." })]),
      section("Điều khoản", "Articles", [
        long("article1", "Điều 1", "Article 1", { of: () =>
          "Phê duyệt kế hoạch hỗ trợ, can thiệp đối với trẻ em có tên dưới đây, ban hành kèm theo Quyết định này." }),
        long("article2", "Điều 2", "Article 2: who carries it out", { of: () =>
          "Các cơ quan, tổ chức, cá nhân có tên trong kế hoạch chịu trách nhiệm thực hiện; người làm công tác bảo vệ trẻ em theo dõi, đôn đốc việc thực hiện." }),
        long("article3", "Điều 3", "Article 3: in force", { of: () =>
          "Quyết định này có hiệu lực kể từ ngày ký. Các cơ quan, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này." })]),
      DECISION_END],
    signs: [["CHỦ TỊCH", "signer"]], plan: true,
  },
  M06: {
    number: 6, abbr: "BC-UBND", title: "BÁO CÁO",
    about: ["Rà soát, đánh giá tình trạng của trẻ em sau khi thực hiện kế hoạch hỗ trợ, can thiệp",
      "Review after the plan"],
    basis: "NĐ56 30.1, 30.2",
    sections: [section("Báo cáo", "Report", HEAD),
      section("Trẻ em", "The child", WHO_ONLY),
      harm(REVIEW, "a) Đánh giá mức độ tổn hại của trẻ em"),
      protection("b) Đánh giá khả năng tự bảo vệ, phục hồi của trẻ em"),
      section("Kết luận", "Conclusion", conclusion(
        "Kết luận: kết thúc (không còn nguy cơ, thể chất, tinh thần, nhận thức, tình cảm ổn định) hay lập kế hoạch tiếp theo",
        "Conclusion: close (no more risk, all factors stable) or plan again")), END],
    signs: [["NGƯỜI ĐÁNH GIÁ", "officer"]],
  },
  M07: {
    number: 7, abbr: "QĐ-UBND", title: "QUYẾT ĐỊNH", step: "isolate", decision: true,
    about: ["Tạm thời cách ly trẻ em khỏi cha, mẹ, người chăm sóc và bố trí nơi tạm trú an toàn",
      "Decision: temporary isolation and safe shelter"],
    basis: "NĐ56 32.2",
    sections: [section("Quyết định", "Decision", HEAD),
      section("Trẻ em", "The child", WHO_ONLY),
      section("Căn cứ", "Grounds", [
        long("grounds", "Căn cứ", "Grounds", { of: () =>
          "Căn cứ Luật Tổ chức chính quyền địa phương;\nCăn cứ Luật Trẻ em ngày 05 tháng 4 năm 2016;\nCăn cứ Điều 31, Điều 32 Nghị định số 56/2017/NĐ-CP ngày 09 tháng 5 năm 2017 của Chính phủ;\nTheo đề nghị của người làm công tác bảo vệ trẻ em." }),
        long("reason", "Lý do cách ly", "Why")]),
      section("Điều khoản", "Articles", [
        line("from_whom", "Cách ly trẻ em khỏi ông/bà", "Isolated from", { max: 200 }),
        line("shelter", "Nơi tạm trú an toàn", "Shelter"),
        line("carer", "Người, cơ sở chăm sóc thay thế", "Alternative carer"),
        line("days", "Thời hạn (ngày, nhiều nhất 15)", "Days, at most 15",
          { max: 2, number: true }),
        { name: "from_day", label: ["Kể từ ngày", "From"], kind: "date" },
        long("duty", "Trách nhiệm thi hành", "Who carries it out", { of: () =>
          "Công an, Trạm Y tế, người làm công tác bảo vệ trẻ em và các cơ quan, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này kể từ ngày ký." })]),
      DECISION_END],
    signs: [["CHỦ TỊCH", "signer"]],
  },
};

export const formOf = (n) => FORMS[`M0${n}`];
export const fieldsOf = (form) => form.sections.flatMap((s) => s.fields);
export const numberText = (form) => `Mẫu 0${form.number}`;
