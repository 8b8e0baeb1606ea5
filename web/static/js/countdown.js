// 「남은 시간」: counts down from the seconds the server gave; the server alone decides when it is over.
for (const shown of document.querySelectorAll("[data-countdown]")) {
  const ends = Date.now() + Number(shown.dataset.countdown) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    shown.parentElement.classList.toggle("over", left === 0);
    if (left === 0) clearInterval(timer);
  };
  const timer = setInterval(tick, 1000);
}
