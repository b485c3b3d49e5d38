import type { slideErrorsZhCN, slidesZhCN } from "./slides.zh-CN";

export const slidesEn: typeof slidesZhCN = {
  slides: {
    title: "Slides",
    materials: "Slides and materials",
    about: "Upload slides before the lesson; classrooms can download them afterwards.",
    opening: "Opening the slides…",
    tryingAgain: "The slides did not open; trying again…",
    gone: "These slides cannot be found",
    goneHint:
      "They may have just been deleted. The next slides of the lead teacher appear by themselves.",
    deletedSince: "These slides have been deleted",
    noneYet: "There are no slides yet. Upload a PDF or pictures.",
    noneForYou: "The lead teacher has not uploaded any slides yet.",
    upload: "Upload slides",
    kinds: (pptx, megabytes) =>
      `${pptx ? "PDF, JPG, PNG, PPTX" : "PDF, JPG, PNG"}, up to ${megabytes} MB each`,
    sending: (name) => `Uploading ${name}`,
    sent: (name, percent) => `Uploading ${name}: ${percent}%`,
    notTaken: (name) => `Not taken: ${name}`,
    waiting: "Waiting…",
    preparing: (done, all) => `Preparing page ${done} of ${all}`,
    pages: (count) => (count === 1 ? "1 page" : `${count} pages`),
    size: (bytes) =>
      bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`,
    show: "Show",
    hide: "Hide slides",
    showWhenLive: "They can be shown once the lesson has started.",
    download: "Download",
    remove: "Delete",
    removeTitle: (name) => `Delete “${name}”?`,
    removeHint:
      "Classrooms can no longer download it, and the replay of this lesson no longer shows it.",
    previous: "Back",
    next: "Next",
    keys: "A presenter, the arrow keys, PageUp and PageDown work too",
    otherDeck: "Other slides",
    pageCount: (page, count) => `${page} / ${count}`,
    pageNumber: (page) => `Page ${page}`,
    pageOf: (page, count, name) => `Slides ${name}, page ${page} of ${count}`,
    allPages: "All pages",
    tools: "Pointer and pens",
    pointer: "Pointer",
    pens: { red: "Red", blue: "Blue", green: "Green" },
    undo: "Undo",
    clear: "Clear",
    coveredByScreen:
      "A screen or the document camera is shared: classrooms see that first, and the slides again when it stops.",
    shownIn: (shown, all) => `Shown in ${shown} of ${all}`,
    stray: (name, page) => `${name} on page ${page}`,
    strays: (places) => `Some classrooms look at another page: ${places.join("; ")}`,
    gather: "Bring all to this page",
    leadGone: "The lead teacher is away. You can turn pages in this classroom.",
    ownPage: (own, shared) =>
      `This classroom is on page ${own}, the lead teacher on page ${shared}. It follows when the lead teacher turns the page.`,
    pdfGuide: {
      label: "Drawing: in PowerPoint or WPS choose File, then Save as, then the type PDF",
      file: "File",
      saveAs: "Save as",
      pdf: "PDF",
    },
    failure: {
      deck_damaged: "The file cannot be opened. Save it again, then upload it again.",
      deck_locked: "The file has a password. Remove the password, then upload it again.",
      deck_too_heavy:
        "This file is too complicated. Save it as PDF, or upload only the pages you need.",
      too_many_pages: "More than 200 pages. Split it into several files.",
      picture_too_large: "The picture is too large. Make it smaller, then upload it again.",
      pptx_unsupported:
        "The server has no LibreOffice to open PowerPoint. Save it as PDF and upload that.",
      other: "This file cannot be used. Save it as PDF and try again.",
    },
  },
};

export const slideErrorsEn: typeof slideErrorsZhCN = {
  slides_hidden: "The slides are hidden. Show them first.",
  too_many_strokes: "There is no room for more lines on this page. Clear some first.",
  deck_type_unknown: "Only PDF, JPG, PNG and PowerPoint files. Use another format.",
  pptx_unsupported: "This server cannot open PowerPoint. Save it as PDF and upload that:",
  too_many_decks: "This lesson has no room for more files. Delete some first.",
  decks_too_large: "The files of this lesson are too large together. Delete some first.",
  too_many_uploads: "Wait until the other files have been uploaded.",
  upload_stalled: "The file did not arrive. Check the network and try again.",
  store_unavailable:
    "The server cannot keep files now. Try again later, or ask your administrator.",
  deck_is_shown: "These slides are being shown. Hide them first, then delete them.",
  deck_unknown: "This file is not there any more.",
};
