// Hardening only: the page works without. Guards the buttons again when the window comes back, and sends one answer once.
const buttons = document.querySelector('.arm');
const rearm = () => { buttons.classList.remove('arm'); void buttons.offsetWidth; buttons.classList.add('arm'); };
addEventListener('focus', rearm);
addEventListener('pageshow', () => { delete buttons.dataset.sent; rearm(); });
document.addEventListener('visibilitychange', rearm);
buttons.closest('form').addEventListener('submit', (event) => {
  if (buttons.dataset.sent) return event.preventDefault();
  buttons.dataset.sent = 'yes';
  setTimeout(() => delete buttons.dataset.sent, 8000);
});
