/** What runs in the measured page, before its own scripts. It uses what both pages have. */
window.probe = (() => {
  const log = () => document.querySelector('[role=log]')
  const articles = () => [...log().querySelectorAll('article[data-seq]')]
  const frame = () => new Promise(requestAnimationFrame)
  /** When the work that is to be done now is done. */
  const afterWork = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => resolve(performance.now())
      port2.postMessage('')
    })

  /** When messages are shown: the next frame is the one in which they are. */
  const messagesAt = (async () => {
    while (log()?.querySelector('article[data-seq]') === undefined || articles().length === 0) await frame()
    return frame()
  })()

  const start = async () => {
    const firstMessages = await messagesAt
    const code = performance
      .getEntriesByType('resource')
      .filter(({ name, responseEnd }) => name.endsWith('.js') && responseEnd < firstMessages)
    return {
      codeBytes: code.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      firstPaint: performance.getEntriesByName('first-paint')[0]?.startTime ?? firstMessages,
      firstCode: Math.min(...code.map(({ responseEnd }) => responseEnd)),
      firstMessages,
    }
  }

  /** Scrolls up until that many messages are loaded, or all. */
  const load = async (count) => {
    const last = Number(articles().at(-1).dataset.seq)
    while (articles()[0].dataset.seq > Math.max(1, last - count)) {
      log().scrollTo({ top: -log().scrollHeight, behavior: 'instant' })
      await frame()
    }
  }

  const keys = []
  const noteKeys = () =>
    addEventListener(
      'keydown',
      ({ timeStamp }) => {
        let handled
        addEventListener('input', () => afterWork().then((time) => (handled = time)), { capture: true, once: true })
        requestAnimationFrame(async () => {
          const begun = performance.now()
          const shown = await afterWork()
          // Between the two the page may have had nothing to do.
          const idle = handled < begun ? begun - handled : 0
          keys.push({ work: shown - timeStamp - idle, shown: shown - timeStamp })
        })
      },
      { capture: true },
    )

  let inSight = []
  /**
   * By how much what was in sight at the last call has moved: the least of all its messages, because one may grow.
   * @param scrolled by how much the wheel was turned since then, px
   */
  const moved = (scrolled) => {
    const { top, bottom } = log().getBoundingClientRect()
    const distances = inSight
      .filter(({ element }) => element.isConnected)
      .map(({ element, y }) => Math.abs(element.getBoundingClientRect().top - y + scrolled))
    inSight = articles()
      .map((element) => ({
        element,
        y: element.getBoundingClientRect().top,
        end: element.getBoundingClientRect().bottom,
      }))
      .filter(({ y, end }) => y >= top && end <= bottom)
    return {
      moved: distances.length === 0 ? null : Math.min(...distances),
      isAtEnd: Math.abs(log().scrollTop) < 300,
      inSight: inSight.map(({ element }) => Number(element.dataset.seq)),
    }
  }

  const hide = () => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })
    Object.defineProperty(document, 'hidden', { get: () => true })
    document.dispatchEvent(new Event('visibilitychange'))
  }

  return { start, load, noteKeys, keys, moved, hide, frame }
})()
