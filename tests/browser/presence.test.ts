import { expect, test } from 'vitest'
import { unique } from '../support/runtime.ts'
import { scan } from '../support/table-scan.ts'
import { eventually } from './support/eventually.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

/** Waits until the tab is closed and everybody knows. */
async function settledWithout({ userId }: Person): Promise<void> {
  const isOpen = async () => {
    const rows = await scan(stage.chat)
    return rows.some((row) => row.__edb_e__ === 'Present' && String(row.sk).startsWith(`${userId}#`))
  }
  await eventually(isOpen).toBe(false)
  await stage.chat.mapping.idle()
}

const hereNow = ({ page }: Person) => page.locator('.pane-header').getByRole('img', { name: /^Here now: / })

const dot = ({ list }: Person) => list.getByRole('img', { name: 'Online' })

test('two who look at a room see each other there, and one who closes the tab is gone 15 s later', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [adaId, bobId])
  const ada = await stage.enter(adaId, { at: `#/room/${room}` })
  await ada.isReady()
  expect(await hereNow(ada).count()).toBe(0)
  const bob = await stage.enter(bobId, { at: `#/room/${room}` })
  await bob.isReady()
  for (const [one, other] of [
    [ada, bobId],
    [bob, adaId],
  ] as const) {
    await one.page.getByRole('img', { name: `Here now: ${other}` }).waitFor()
  }
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
  // The receiver applies the grace period, so her clock is advanced.
  await ada.page.clock.install()
  await bob.page.close()
  await settledWithout(bob)
  expect(await hereNow(ada).count()).toBe(1)
  await ada.page.clock.runFor(15_000)
  await eventually(() => hereNow(ada).count()).toBe(0)
})

test('who is online has a dot in the list and in the header', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const ada = await stage.enter(adaId, { at: `#/direct/${bobId}` })
  await ada.say('Hello')
  const bob = await stage.enter(bobId)
  await dot(ada).waitFor()
  await ada.page.locator('.pane-header').getByRole('img', { name: 'Online' }).waitFor()
  await dot(bob).waitFor()
})

test('the members of a room who are online have a dot, and those who are not have none', async () => {
  const [adaId, bobId, cleoId] = [unique('ada'), unique('bob'), unique('cleo')]
  const room = await stage.room('Kitchen', [adaId, bobId, cleoId])
  const bob = await stage.enter(bobId)
  await bob.link('Kitchen').waitFor()
  const ada = await stage.enter(adaId, { at: `#/room/${room}` })
  await ada.isReady()
  const entry = (userId: string) =>
    ada.page.getByRole('list', { name: 'Members' }).getByRole('listitem').filter({ hasText: userId })
  const online = (userId: string) => entry(userId).getByRole('img', { name: 'Online' })
  await online(bobId).waitFor()
  await online(adaId).waitFor()
  await entry(cleoId).waitFor()
  expect(await online(cleoId).count()).toBe(0)
  // Who comes to look at the room has one at once, though the page asks again after two minutes only.
  const cleo = await stage.enter(cleoId, { at: `#/room/${room}` })
  await cleo.isReady()
  await online(cleoId).waitFor()
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
})
