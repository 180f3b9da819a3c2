import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'

const stage = Stage.set()

const COUNT = 300
const contents = Array.from({ length: COUNT }, (_, index) => `message ${index + 1}`)

/** Ada at the end of a room with many messages, most of them Bob's. */
async function givenLongRoom() {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const room = await stage.room('Archive', [ada, bob])
  const start = Date.now() - COUNT * 60_000
  await stage.past(
    room,
    contents.map((content, index) => ({
      senderId: index % 7 === 0 ? ada : bob,
      content,
      timestamp: start + index * 60_000,
    })),
  )
  const page = await stage.enter(ada, { at: `#/room/${room}` })
  await page.isReady()
  await page.sees(contents.at(-1)!)
  return { ada: page, bob, room }
}

const firstShown = async ({ messages }: Person) => Number(await messages.first().getAttribute('data-seq'))

const scrollBy = ({ log }: Person, px: number) =>
  log.evaluate((element: Scroller, px) => element.scrollBy({ top: px }), px)

test('older pages come when they are scrolled to, up to the beginning, each message once', async () => {
  const { ada } = await givenLongRoom()
  expect(await firstShown(ada)).toBe(COUNT - 49)
  for (let first = COUNT - 49; first > 1; first = await firstShown(ada)) {
    await ada.log.evaluate((element: Scroller) => element.scrollTo({ top: -element.scrollHeight }))
    await eventually(() => firstShown(ada)).toBeLessThan(first)
  }
  await ada.log.getByText('This is where the room begins.').waitFor()
  expect(await ada.texts()).toEqual(contents)
})

test('what is being read stays where it is when an older page comes above it', async () => {
  const { ada } = await givenLongRoom()
  const reading = ada.message('message 253')
  const before = await reading.evaluate((element: Row) => {
    element.scrollIntoView()
    return element.getBoundingClientRect().top
  })
  await eventually(() => firstShown(ada)).toBeLessThan(COUNT - 49)
  await twoFrames(ada)
  expect(Math.abs((await topOf(reading)) - before)).toBeLessThanOrEqual(1)
})

test('what is being read stays where it is when somebody says something, and the way down is offered', async () => {
  const { ada, bob, room } = await givenLongRoom()
  await scrollBy(ada, -400)
  const reading = ada.message('message 290')
  const before = await topOf(reading)
  await stage.say(room, bob, 'new below')
  await ada.sees('new below')
  await twoFrames(ada)
  expect(Math.abs((await topOf(reading)) - before)).toBeLessThanOrEqual(1)
  await ada.button(/^1 new/).click()
  await eventually(() => ada.message('new below').evaluate(isInSight)).toBe(true)
  await ada.button(/^1 new|^Latest/).waitFor({ state: 'detached' })
})

const topOf = (row: Locator): Promise<number> => row.evaluate((element: Row) => element.getBoundingClientRect().top)

/** Until everything that was on its way has been laid out. */
const twoFrames = ({ page }: Person) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))

const isInSight = (element: Row) => element.getBoundingClientRect().bottom <= innerHeight

// As much of the browser as is used here: the compiler is set to Node's types.
interface Scroller {
  scrollHeight: number
  scrollBy(by: { top: number }): void
  scrollTo(to: { top: number }): void
}
interface Row {
  scrollIntoView(): void
  getBoundingClientRect(): { top: number; bottom: number }
}
declare const innerHeight: number
declare const requestAnimationFrame: (callback: (value?: unknown) => void) => void
