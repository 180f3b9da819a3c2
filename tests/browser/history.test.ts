import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import { twoFrames } from './support/frames.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

const COUNT = 300
/** More than is kept of a room that is only followed. */
const MANY = 800
/** Most pixels by which a list may jump back when messages appear that are lower than estimated. */
const BACK_PX = 100
const contents = Array.from({ length: COUNT }, (_, index) => `message ${index + 1}`)

/** Opens a long room for Ada, at its end. Most of its messages are Bob's. */
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

const DAY_MS = 24 * 60 * 60 * 1_000

/** Whether the target is between the header and the field. */
async function isBetween(target: Locator): Promise<boolean> {
  if ((await target.count()) === 0) return false
  const box = await target.boundingBox()
  return box !== null && box.y > 60 && box.y + box.height < 800
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
  await twoFrames(ada.page)
  expect(Math.abs((await topOf(reading)) - before)).toBeLessThanOrEqual(1)
})

test('the name of a day leads to another day, on a page that is loaded then', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const room = await stage.room('Diary', [ada, bob])
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
  const dayOf = (index: number) => today - (4 - Math.floor(index / 40)) * DAY_MS
  await stage.past(
    room,
    Array.from({ length: 160 }, (_, index) => ({
      senderId: bob,
      content: `entry ${index}`,
      timestamp: dayOf(index) + 36_000_000 + index * 1_000,
    })),
  )
  const page = await stage.enter(ada, { at: `#/room/${room}` })
  await page.isReady()
  await page.sees('entry 159')
  await page.button('Yesterday').click()
  const day = page.dialog.getByLabel('Day', { exact: true })
  await day.fill(new Date(dayOf(40)).toISOString().slice(0, 10))
  await page.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(page.page)).toEqual([])
  await day.press('Enter')
  await page.dialog.waitFor({ state: 'detached' })
  await eventually(() => isBetween(page.message('entry 40'))).toBe(true)

  await page.page.keyboard.press('Control+f')
  await page.button('Go to a day …').click()
  await day.fill(new Date(today).toISOString().slice(0, 10))
  await day.press('Enter')
  await page.dialog.getByRole('alert').getByText('Nothing has been said since that day.').waitFor()
  await day.fill('2001-01-01')
  await day.press('Enter')
  await eventually(() => isBetween(page.message('entry 0'))).toBe(true)
})

test('what is being read stays where it is when somebody says something, and the way down is offered', async () => {
  const { ada, bob, room } = await givenLongRoom()
  await scrollBy(ada, -400)
  const reading = ada.message('message 290')
  const before = await topOf(reading)
  await stage.say(room, bob, 'new below')
  await ada.sees('new below')
  await twoFrames(ada.page)
  expect(Math.abs((await topOf(reading)) - before)).toBeLessThanOrEqual(1)
  await ada.button(/^1 new/).click()
  await eventually(() => ada.message('new below').evaluate(isInSight)).toBe(true)
  await ada.button(/^1 new|^Latest/).waitFor({ state: 'detached' })
})

test('scrolling up through what one person said in a row never jumps back to the newest message', async () => {
  const [ada, bob] = [unique('ada'), unique('bob')]
  const room = await stage.room('Monologue', [ada, bob])
  const start = Date.now() - MANY
  await stage.past(
    room,
    Array.from({ length: MANY }, (_, index) => ({
      senderId: bob,
      content: `message ${index + 1}`,
      timestamp: start + index,
    })),
  )
  const page = await stage.enter(ada, { at: `#/room/${room}` })
  await page.isReady()
  await page.sees(`message ${MANY}`)
  await page.log.hover()
  let lowest = 0
  for (let first = await firstShown(page); first > 1; first = await firstShown(page)) {
    await page.page.mouse.wheel(0, -600)
    await twoFrames(page.page)
    const top = await page.log.evaluate((element: Scroller) => element.scrollTop)
    expect(top, `after the page from ${first} on`).toBeLessThanOrEqual(lowest + BACK_PX)
    lowest = Math.min(lowest, top)
  }
  await page.log.getByText('This is where the room begins.').waitFor()
  expect(await page.messages.count()).toBe(MANY)
})

const topOf = (row: Locator): Promise<number> => row.evaluate((element: Row) => element.getBoundingClientRect().top)

const isInSight = (element: Row) => element.getBoundingClientRect().bottom <= innerHeight

// As much of the browser as is used here: the compiler is set to Node's types.
interface Scroller {
  scrollTop: number
  scrollHeight: number
  scrollBy(by: { top: number }): void
  scrollTo(to: { top: number }): void
}
interface Row {
  scrollIntoView(): void
  getBoundingClientRect(): { top: number; bottom: number }
}
declare const innerHeight: number
