/**
 * `npm run bench:page`: how fast is the page, and how much memory does it keep? Measured in Chromium: today's page and
 * that of 0.1.0, on the same server. `--write` writes the figures to `docs/performance.md`; `--quick` only shows that
 * the benchmark works. Everything runs on this machine, so compare the two pages with each other.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { type Browser, chromium } from 'playwright-core'
import { format } from 'prettier'
import { startRuntime } from '../../local/runtime.ts'
import { findChromium } from '../../scripts/shared/find-chromium.ts'
import { short, table, withBlock } from '../../scripts/shared/markdown.ts'
import { RawClient } from '../../scripts/shared/raw-client.ts'
import { fillRoom } from '../shared/fill-room.ts'
import { describeMachine, writeResult } from '../shared/results.ts'
import { median, percentile } from '../shared/statistics.ts'
import { Crowd } from './crowd.ts'
import { TwoPages } from './pages.ts'
import { type Visit, visiting } from './visit.ts'

const isQuick = process.argv.includes('--quick')
const STARTS = isQuick ? 1 : 7
const LOADED = isQuick ? 300 : 10_000
const KEYS = isQuick ? 20 : 300
const STEPS = isQuick ? 30 : 500
/** What a busy hour brings: one a second. */
const HOUR = isQuick ? 80 : 3_600

const BETWEEN_KEYS_MS = 60
const WHEEL_PX = 120
/** What is less is rounding. */
const JUMP_PX = 2

interface Start {
  codeBytes: number
  firstPaint: number
  firstCode: number
  firstMessages: number
}

interface Key {
  work: number
  shown: number
}

/** Medians on the slow phone, ms. */
interface StartFigures {
  /** Of code until messages are shown, compressed, KB of 1,024 bytes. */
  codeKb: number
  firstPaint: number
  firstCode: number
  firstMessages: number
}

interface Figures extends StartFigures {
  /** From a key to the end of its work, and to the frame that shows it, ms. */
  keyP50: number
  keyP95: number
  shownP95: number
  /** Wheel steps in which all that was in sight moved by anything but the wheel's distance, and by how much, px. */
  jumps: number
  largestJump: number
  /** Of a hidden tab, MB, after each quarter of a busy hour. */
  heaps: number[]
}

type Name = 'before' | 'now'

const machine = describeMachine()
const pages = new TwoPages()
const chat = await startRuntime({
  pageFiles: pages,
  preparePage: true,
  // A browser that works takes the machine from the functions for a while.
  environment: { TABLE_TIMEOUT_MS: '60000', POST_TIMEOUT_MS: '60000', JWKS_TIMEOUT_MS: '60000' },
  initTimeoutMs: 120_000,
})
const crowdIds = Array.from({ length: 8 }, (_, i) => `member-${String(i)}`)
let browser: Browser | undefined
try {
  browser = await chromium.launch({
    executablePath: findChromium(),
    // Its sandbox refuses to work for root, which is who runs in a container.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ['--disable-smooth-scrolling'],
  })
  const ada = await RawClient.open(chat.wsUrl, await chat.token('ada'))
  await ada.request({ action: 'sync' })
  await ada.close()
  const starts = await startsOf(browser)
  const measured = async (name: Name): Promise<Figures> => ({ ...starts[name], ...(await measure(name, browser!)) })
  const figures = { before: await measured('before'), now: await measured('now') }
  console.table(figures)
  if (!isQuick) await writeResult('page', { machine, figures })
  if (process.argv.includes('--write')) await report(figures)
} finally {
  await browser?.close()
  await chat.close()
}

/** Opens both pages in turns on a slow phone. */
async function startsOf(browser: Browser): Promise<Record<Name, StartFigures>> {
  const url = await room('start', 200)
  const starts: Record<Name, Start[]> = { before: [], now: [] }
  for (let round = 0; round < STARTS + 1; round++) {
    for (const name of ['before', 'now'] as const) {
      pages.shown = name
      const start = await visiting(browser, { url, isSlowPhone: round > 0 }, ({ probe }) => probe<Start>('start()'))
      // In the first round the page is built and the functions start.
      if (round > 0) starts[name].push(start)
    }
  }
  return { before: middleOf(starts.before), now: middleOf(starts.now) }
}

function middleOf(starts: readonly Start[]): StartFigures {
  const middle = (of: (start: Start) => number) => median(starts.map(of))
  return {
    codeKb: middle(({ codeBytes }) => codeBytes) / 1_024,
    firstPaint: middle(({ firstPaint }) => firstPaint),
    firstCode: middle(({ firstCode }) => firstCode),
    firstMessages: middle(({ firstMessages }) => firstMessages),
  }
}

async function measure(name: Name, browser: Browser): Promise<Omit<Figures, keyof StartFigures>> {
  pages.shown = name
  const keys = await visiting(browser, { url: await room(`typing-${name}`, LOADED) }, type)
  const jumps = await visiting(browser, { url: await room(`jumps-${name}`, 2_000) }, (visit) =>
    wheel(visit, `jumps-${name}`),
  )
  const heaps = await visiting(browser, { url: await room(`heap-${name}`, 200) }, (visit) =>
    stayHidden(visit, `heap-${name}`),
  )
  const [works, showns] = [keys.map(({ work }) => work), keys.map(({ shown }) => shown)]
  return {
    keyP50: median(works),
    keyP95: percentile(works, 0.95),
    shownP95: percentile(showns, 0.95),
    jumps: jumps.filter((px) => px > JUMP_PX).length,
    largestJump: Math.max(...jumps),
    heaps,
  }
}

/** A room of Ada's with that many messages of long ago. Returns where its page is. */
async function room(chatRoomId: string, count: number): Promise<string> {
  const ada = await RawClient.open(chat.wsUrl, await chat.token('ada'))
  await ada.request({ action: 'sync' })
  await ada.request({ action: 'createRoom', chatRoomId, roomName: chatRoomId, members: crowdIds })
  await ada.close()
  const start = Date.now() - count * 60_000
  await fillRoom(
    chat,
    chatRoomId,
    Array.from({ length: count }, (_, i) => ({
      senderId: crowdIds[Math.floor(i / 3) % 3]!,
      content: `Message ${String(i + 1)} ${'of some length, as people write. '.repeat((i * 7) % 6)}`,
      timestamp: start + i * 60_000,
    })),
  )
  await chat.mapping.idle()
  return `${chat.url}/?as=ada#/room/${chatRoomId}`
}

async function type({ page, probe }: Visit): Promise<Key[]> {
  await probe(`load(${String(LOADED)})`)
  await probe('noteKeys()')
  // A click might scroll.
  await page.evaluate("document.querySelector('textarea').focus({ preventScroll: true })")
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press(key % 6 === 5 ? 'Space' : 'e')
    await page.waitForTimeout(BETWEEN_KEYS_MS)
  }
  return probe<Key[]>('keys')
}

/** Returns by how much what was in sight moved with each step, beside the wheel. */
async function wheel({ page, probe }: Visit, chatRoomId: string): Promise<number[]> {
  const crowd = await Crowd.of(chat, chatRoomId, crowdIds)
  const look = (scrolled: number) =>
    probe<{ moved: number | null; isAtEnd: boolean; inSight: number[] }>(`moved(${String(scrolled)})`)
  const twoFrames = () => probe('frame().then(probe.frame)')
  await page.mouse.move(640, 400)
  for (let step = 0; step < 8; step++) await page.mouse.wheel(0, -WHEEL_PX)
  await twoFrames()
  await look(0)
  const jumps: number[] = []
  let arriving: Promise<unknown> = Promise.resolve()
  let inSight: number[] = []
  for (let step = 0; step < STEPS; step++) {
    const isBusy = await Promise.race([arriving.then(() => false), Promise.resolve(true)])
    if (!isBusy) arriving = arrive(crowd, step, inSight)
    // Two up, one down: pages are loaded on the way, and what was left is seen again.
    const distance = step % 3 === 2 ? WHEEL_PX : -WHEEL_PX
    await page.mouse.wheel(0, distance)
    await twoFrames()
    const seen = await look(distance)
    inSight = seen.inSight
    // The end of a list that is being read follows what is said.
    if (!seen.isAtEnd && seen.moved !== null) jumps.push(seen.moved)
  }
  await arriving
  await crowd.leave()
  return jumps
}

/** Messages and pictures at the end of the room, and reactions where somebody reads. */
async function arrive(crowd: Crowd, step: number, inSight: readonly number[]): Promise<void> {
  const around = inSight.length === 0 ? [] : [inSight[0]! - 2, inSight.at(-1)! + 2, ...inSight]
  if (step % 4 === 0) await crowd.say()
  else if (step % 4 === 1) await crowd.showPicture()
  else if (around.length > 0) await crowd.react(Math.max(1, around[step % around.length]!))
}

async function stayHidden({ page, probe, devTools }: Visit, chatRoomId: string): Promise<number[]> {
  await probe('hide()')
  const crowd = await Crowd.of(chat, chatRoomId, crowdIds)
  const heaps: number[] = []
  for (let quarter = 0; quarter < 4; quarter++) {
    let last = ''
    for (let said = 0; said < HOUR / 4; said += crowdIds.length) last = await crowd.say()
    await page.locator('article[data-seq]').filter({ hasText: last.trim() }).last().waitFor()
    await devTools.send('HeapProfiler.collectGarbage')
    await devTools.send('HeapProfiler.collectGarbage')
    const { usedSize } = await devTools.send('Runtime.getHeapUsage')
    heaps.push(usedSize / 2 ** 20)
  }
  await crowd.leave()
  return heaps
}

async function report({ before, now }: Record<Name, Figures>): Promise<void> {
  const document = new URL('../../docs/performance.md', import.meta.url)
  const growth = ({ heaps }: Figures) => heaps.at(-1)! / heaps[0]!
  const row = (what: string, goal: string, of: (figures: Figures) => number) => [
    what,
    goal,
    short(of(now)),
    short(of(before)),
    of(before) === 0 ? '–' : short(of(now) / of(before)),
  ]
  const rows = [
    row('code until messages are shown, compressed, KB', '110', ({ codeKb }) => codeKb),
    row('slow phone: first paint, ms', '', ({ firstPaint }) => firstPaint),
    row('slow phone: the first code is there, ms', '', ({ firstCode }) => firstCode),
    row('slow phone: first messages, ms', '2,000', ({ firstMessages }) => firstMessages),
    row('10,000 messages: work of a key, median, ms', '', ({ keyP50 }) => keyP50),
    row('10,000 messages: work of a key, p95, ms', '16', ({ keyP95 }) => keyP95),
    row('10,000 messages: key to the frame that shows it, p95, ms', '', ({ shownP95 }) => shownP95),
    row('500 wheel steps: jumps', '0', ({ jumps }) => jumps),
    row('500 wheel steps: largest, px', '', ({ largestJump }) => largestJump),
    row('hidden tab: heap after a busy hour, MB', '', ({ heaps }) => heaps.at(-1)!),
    row('hidden tab: the same, to that after a quarter', '1', growth),
  ]
  const text = withBlock(
    await readFile(document, 'utf8'),
    'page',
    table(['', 'goal', 'now', '0.1.0', 'now / 0.1.0'], rows),
  )
  await writeFile(document, await format(text, { parser: 'markdown', printWidth: 120, proseWrap: 'always' }))
}
