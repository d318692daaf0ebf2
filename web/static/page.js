// All pages work without this script. It finds without loading the whole page,
// takes files that are dropped, and shows how far an upload and reading have come.
"use strict";

// find asks for a page and puts its results in the place of those that are there.
let finding = null, shown = location.search;
async function find(url, push) {
	const results = document.getElementById("results");
	finding?.abort();
	const mine = finding = new AbortController();
	results.setAttribute("aria-busy", "true");
	try {
		const answer = await fetch(url, {signal: mine.signal, headers: {Accept: "text/html"}});
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		const found = page.getElementById("results");
		if (!found) { // another page, such as that of a problem
			location.assign(url);
			return;
		}
		results.replaceChildren(...found.childNodes);
		const where = document.getElementById("where");
		for (const name of ["aria-invalid", "aria-describedby"]) {
			const value = page.getElementById("where").getAttribute(name);
			value === null ? where.removeAttribute(name) : where.setAttribute(name, value);
		}
		if (push) {
			history.pushState(null, "", url);
			shown = location.search;
			for (const name of ["where", "text", "sort"]) {
				document.getElementById(name).value = page.getElementById(name).value;
			}
		}
		announce(document.querySelector("#where-error, #found")?.textContent);
	} catch (error) {
		if (error.name !== "AbortError") {
			location.assign(url);
		}
	} finally {
		if (finding === mine) {
			results.removeAttribute("aria-busy");
		}
	}
}

// announce tells those who do not see the page what has changed in it.
function announce(text) {
	let voice = document.getElementById("voice");
	if (!voice) {
		voice = Object.assign(document.createElement("p"), {id: "voice", className: "hidden"});
		voice.setAttribute("role", "status");
		document.body.append(voice);
	}
	voice.textContent = "";
	setTimeout(() => { voice.textContent = text ?? ""; }, 50);
}

function question(form) {
	const url = new URL(form.action);
	for (const [name, value] of new FormData(form)) {
		if (value !== "") {
			url.searchParams.set(name, value);
		}
	}
	return url;
}

const form = document.getElementById("question");
if (form) {
	form.addEventListener("submit", event => {
		event.preventDefault();
		find(question(form), true);
	});
	document.getElementById("sort").addEventListener("change", () => find(question(form), true));
	// Links to another order, page or narrower list.
	document.getElementById("results").addEventListener("click", event => {
		const link = event.target.closest("a");
		if (!link || link.hasAttribute("download") || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) {
			return;
		}
		if (new URL(link.href).pathname === location.pathname) {
			event.preventDefault();
			const title = link.closest("th") && link.textContent.trim().split(" ")[0];
			find(link.href, true).then(() => {
				if (title) { // the focus stays on the heading that was chosen
					[...document.querySelectorAll("#results thead a")].find(a => a.textContent.trim().startsWith(title))?.focus();
				} else if (link.rel) {
					document.querySelector("#results table.flows tbody a")?.focus();
				}
			});
		}
	});
	addEventListener("popstate", () => {
		if (location.search !== shown) { // and not only another place in the page
			location.reload();
		}
	});
	document.addEventListener("keydown", event => {
		if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input, select, textarea")) {
			event.preventDefault();
			document.getElementById("where").focus();
		}
	});
}

const upload = document.getElementById("upload");
if (upload) {
	const file = document.getElementById("file"), state = document.getElementById("upload-state");
	const progress = document.getElementById("upload-progress");
	const send = () => {
		const request = new XMLHttpRequest();
		request.open("POST", upload.action);
		request.upload.addEventListener("progress", event => {
			if (event.lengthComputable) {
				progress.hidden = false;
				progress.value = event.loaded / event.total;
			}
		});
		request.addEventListener("load", () => {
			if (request.status < 400) {
				location.assign(request.responseURL);
				return;
			}
			const page = new DOMParser().parseFromString(request.responseText, "text/html");
			progress.hidden = true;
			state.textContent = page.querySelector("[role=alert]")?.textContent ?? "The upload failed.";
		});
		request.addEventListener("error", () => {
			progress.hidden = true;
			state.textContent = "The upload failed: it was too large or too slow, or joy serve has ended.";
		});
		state.textContent = "Uploading";
		request.send(new FormData(upload));
	};
	upload.addEventListener("submit", event => {
		event.preventDefault();
		send();
	});
	addEventListener("dragover", event => {
		event.preventDefault();
		upload.classList.add("over");
	});
	addEventListener("dragleave", event => {
		if (!event.relatedTarget) {
			upload.classList.remove("over");
		}
	});
	addEventListener("drop", event => {
		event.preventDefault();
		upload.classList.remove("over");
		if (event.dataTransfer.files.length > 0) {
			file.files = event.dataTransfer.files;
			send();
		}
	});
}

const wait = document.getElementById("wait");
if (wait) {
	const ask = async () => {
		try {
			const state = await (await fetch(wait.dataset.state)).json();
			document.getElementById("wait-flows").textContent = state.flows.toLocaleString("en");
			if (state.ready) {
				location.reload();
				return;
			}
		} catch { /* the next try may get there */ }
		setTimeout(ask, 500);
	};
	ask();
}
