/** Uploading several files: each is checked at once, sent by itself, and gets its own verdict. */

const form = document.querySelector("#drop");
const MB = 1024 * 1024;
const KINDS = {
  jpg: "image", jpeg: "image", png: "image", gif: "image", webp: "image",
  mp3: "voice", amr: "voice", mp4: "video",
};

if (form) {
  const verdicts = form.querySelector("#verdicts");
  const field = form.querySelector("#files");
  const limits = JSON.parse(form.dataset.limits);

  /** Say at once what the server would refuse anyway, "" if it may be fine. */
  const doubt = (file) => {
    const kind = KINDS[file.name.split(".").pop().toLowerCase()];
    if (!kind) return form.dataset.unknown;
    if (file.size > limits[kind]) return form.dataset.large.replace("%(most)s", limits[kind] / MB);
    return "";
  };

  /** Add a line for a file, its state as a chip; return the line. */
  const line = (file, tone, state) => {
    const shown = document.createElement("li");
    const chip = document.createElement("span");
    chip.className = `chip ${tone}`;
    chip.textContent = state;
    shown.append(chip, ` ${file.name}`);
    verdicts.append(shown);
    return shown;
  };

  const send = async (file) => {
    const problem = doubt(file);
    if (problem) return void line(file, "bad", problem);
    const shown = line(file, "", form.dataset.waiting);
    const body = new FormData(form);
    body.set("files", file, file.name);
    try {
      const headers = { "X-Verdict": "1" };
      const answer = await fetch(form.action, { method: "POST", body, headers });
      if (![200, 422].includes(answer.status)) throw new Error(String(answer.status));
      shown.outerHTML = await answer.text();
    } catch {
      shown.remove();
      line(file, "bad", form.dataset.broken);
    }
  };

  const sendAll = async (files) => {
    verdicts.replaceChildren();
    for (const file of files) await send(file);
    field.value = "";
    document.body.dispatchEvent(new Event("library-changed"));
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendAll([...field.files]);
  });
  for (const name of ["dragenter", "dragover"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.add("over");
    });
  }
  form.addEventListener("dragleave", (event) => {
    if (!form.contains(event.relatedTarget)) form.classList.remove("over");
  });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("over");
    if (event.dataTransfer.files.length) sendAll([...event.dataTransfer.files]);
  });
}
