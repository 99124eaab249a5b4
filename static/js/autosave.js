/* Saves each answer as it is given. Without this file the form's own buttons do it.
   What could not be sent waits in this browser and goes out when the line is back. */
(() => {
  'use strict';
  const form = document.querySelector('form[data-autosave]');
  if (!form) return;
  const words = JSON.parse(form.dataset.words);
  const base = `/assessments/${form.dataset.assessment}`;
  const store = `maturity:${base}`;
  const waiting = new Map(Object.entries(JSON.parse(localStorage.getItem(store) || '{}')));
  const timers = new Map();
  let token = form.elements.csrf_token.value;
  let busy = Promise.resolve();
  let pause = 1000;

  const keep = () => localStorage.setItem(store, JSON.stringify(Object.fromEntries(waiting)));
  const field = (name) => form.elements.namedItem(name);
  const itemOf = (key) => form.querySelector(`[data-item="${CSS.escape(key)}"]`);

  function show(box, state, text) {
    const line = box && box.querySelector('.save-state');
    if (!line) return;
    line.dataset.state = state;
    if (line.textContent !== text) line.textContent = text;
  }

  function valueOf(key) {
    const found = field(`value:${key}`);
    if (!found) return '';
    const all = found instanceof RadioNodeList ? [...found] : [found];
    if (!/radio|checkbox/.test(all[0].type)) return all[0].value;
    return all.filter((one) => one.checked).map((one) => one.value).join(',');
  }

  function setValue(key, value) {
    const found = field(`value:${key}`);
    const all = found instanceof RadioNodeList ? [...found] : [found];
    if (!/radio|checkbox/.test(all[0].type)) { all[0].value = value; return; }
    const chosen = value.split(',');
    all.forEach((one) => { one.checked = chosen.includes(one.value); });
  }

  function answer(key) {
    const text = (name) => (field(`${name}:${key}`) || {}).value || '';
    return { value: valueOf(key), reason: text('reason'), note: text('note'), private: field(`private:${key}`) ? text('private') : null, confidence: field(`confidence:${key}`) ? text('confidence') : null, seen: Number(text('seen') || 0) };
  }

  async function put(path, body) {
    const send = () => fetch(path, {
      method: 'PUT', credentials: 'same-origin', body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token },
    });
    let reply = await send();
    if (reply.status === 400) {  /* the form token may be of a session before */
      token = (await (await fetch('/form-token', { credentials: 'same-origin' })).json()).token;
      form.elements.csrf_token.value = token;
      reply = await send();
    }
    return reply;
  }

  function toggle(shown) {
    for (const [key, on] of Object.entries(shown || {})) {
      const box = itemOf(key);
      if (box) box.hidden = !on;
    }
  }

  let gapTimer = 0;
  function refreshGap() {
    const box = document.getElementById('gap');
    if (!box) return;
    clearTimeout(gapTimer);
    gapTimer = setTimeout(async () => {
      const reply = await fetch(form.dataset.gap, { credentials: 'same-origin' }).catch(() => null);
      if (reply && reply.ok) box.innerHTML = (await reply.json()).html;
    }, 400);
  }

  function conflict(key, box, reply) {
    const place = box.querySelector('[data-conflict]');
    place.innerHTML = reply.html;
    show(box, 'conflict', words.conflict);
    place.addEventListener('click', (event) => {
      const take = event.target.dataset && event.target.dataset.take;
      if (!take) return;
      field(`seen:${key}`).value = reply.version;
      place.textContent = '';
      if (take === 'mine') queue(key); else location.reload();
    });
  }

  async function sendAnswer(key, body) {
    const box = itemOf(key);
    const reply = await put(`${base}/answers/${key.split('/').map(encodeURIComponent).join('/')}`, body);
    const data = await reply.json().catch(() => ({}));
    if (reply.status === 401) { show(box, 'offline', words.signin); return false; }
    if (reply.status === 410) {  /* the link has ended: nothing that waits can go out */
      waiting.forEach((_, one) => show(itemOf(one), 'error', data.error));
      return false;
    }
    if (reply.status >= 500) throw new Error('server');
    if ([403, 409].includes(reply.status) && !box) {  /* settled on its own page, or by who may */
      body.stuck = true;
      keep();
      return true;
    }
    if (waiting.get(key) === body) waiting.delete(key);
    keep();
    if (!box) return true;
    if (reply.status === 409 && data.html) conflict(key, box, data);
    else if (!reply.ok) show(box, 'error', data.error || words.refused);
    else {
      field(`seen:${key}`).value = data.version;
      const later = waiting.get(key);
      if (later) later.seen = data.version;
      show(box, data.fault ? 'error' : 'saved', data.fault ? `${data.saved}. ${data.fault}` : data.saved);
      toggle(data.shown);
      refreshGap();
    }
    return true;
  }

  async function flush() {
    for (const [key, body] of [...waiting]) {
      if (body.stuck && !itemOf(key)) continue;
      show(itemOf(key), 'saving', words.saving);
      try {
        if (!(await sendAnswer(key, body))) return;
        pause = 1000;
      } catch (error) {
        show(itemOf(key), 'offline', navigator.onLine ? words.failed : words.offline);
        pause = Math.min(pause * 2, 30000);
        setTimeout(start, pause);
        return;
      }
    }
  }
  const start = () => { busy = busy.then(flush); return busy; };

  function queue(key) {
    waiting.set(key, answer(key));
    keep();
    show(itemOf(key), navigator.onLine ? 'saving' : 'offline', navigator.onLine ? words.saving : words.offline);
    start();
  }

  const links = new WeakMap();
  async function saveLink(box) {
    const url = box.querySelector('[name^="url:"]');
    const about = box.querySelector('[name^="about:"]');
    if (!url.value.trim()) return;
    const state = box.parentElement;
    show(state, 'saving', words.saving);
    try {
      const path = `${base}/evidence/${state.dataset.evidence.split('/').map(encodeURIComponent).join('/')}`;
      const said = (name) => (box.querySelector(`[name^="${name}:"]`) || {}).value || '';
      const reply = await put(path, { url: url.value, note: about.value, place: said('place'), until: said('until'), replaces: links.get(box) || null });
      const data = await reply.json();
      if (!reply.ok) { show(state, 'error', data.error || words.refused); return; }
      links.set(box, data.id);
      show(state, data.fault ? 'error' : 'saved', data.fault ? `${data.saved}. ${data.fault}` : data.saved);
    } catch (error) {
      show(state, 'offline', words.offline);
      setTimeout(() => saveLink(box), 5000);
    }
  }

  /* Reasons and dependent cells appear only where they are needed. */
  function tidy(box) {
    const key = box.dataset.item;
    const reason = box.querySelector('[data-reason]');
    if (reason) reason.hidden = !reason.dataset.reason.split(' ').includes(valueOf(key));
  }
  function tidyNeeds(box) {
    const stem = box.dataset.item.split('/').slice(0, 2).join('/');
    box.hidden = box.dataset.needs.split(' ').some((need) => {
      const said = valueOf(`${stem}/${need}`);
      return said !== '' && said !== 'yes';
    });
  }

  form.addEventListener('input', (event) => {
    const box = event.target.closest('[data-item]');
    if (!box) return;
    clearTimeout(timers.get(box));
    if (/radio|checkbox/.test(event.target.type)) queue(box.dataset.item);
    else {  /* kept at once, sent when the typing pauses */
      waiting.set(box.dataset.item, answer(box.dataset.item));
      keep();
      timers.set(box, setTimeout(() => queue(box.dataset.item), 900));
    }
    tidy(box);
    if (event.target.type === 'radio') form.querySelectorAll('[data-needs]').forEach(tidyNeeds);
  });
  form.addEventListener('change', (event) => {
    const link = event.target.closest('[data-new-link]');
    if (link) saveLink(link);
    const box = event.target.closest('[data-item]');
    if (box && timers.has(box)) { clearTimeout(timers.get(box)); timers.delete(box); queue(box.dataset.item); }
  });
  window.addEventListener('online', start);

  form.querySelectorAll('[data-item]').forEach((box) => {
    const key = box.dataset.item;
    const kept = waiting.get(key);
    if (kept) {  /* typed here before the line broke */
      setValue(key, kept.value);
      ['reason', 'note', 'private', 'confidence'].forEach((name) => { const one = field(`${name}:${key}`); if (one && kept[name] != null) one.value = kept[name]; });
    }
    tidy(box);
  });
  form.querySelectorAll('[data-needs]').forEach(tidyNeeds);
  if (waiting.size) start();
})();
