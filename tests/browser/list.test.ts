import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import { online, unique } from '../support/runtime.ts'
import { eventually } from './support/eventually.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set()

/** More rooms than the list shows at once. */
const MANY = 24

test('a browser that knows nothing yet shows what was said last, also where all is read', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await bob.say('Tea is ready')
  await ada.sees('Tea is ready')
  await ada.say('Coming')
  await bob.sees('Coming')
  const elsewhere = await stage.enter(ada.userId)
  await elsewhere.link('Kitchen').getByText('You: Coming').waitFor()
  const bobs = await stage.enter(bob.userId)
  await bobs.link('Kitchen').getByText(`${ada.userId}: Coming`).waitFor()
})

test('a text that is not sent is marked in the list, also after a reload', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [kitchen] = await Promise.all([stage.room('Kitchen', [adaId, bobId]), stage.room('Garden', [adaId, bobId])])
  const ada = await stage.enter(adaId, { at: `#/room/${kitchen}` })
  await ada.field.fill('Who has the')
  expect(await ada.link('Kitchen').getByText('Draft').count()).toBe(0)
  await ada.link('Garden').click()
  await ada.link('Kitchen').getByText('Draft: Who has the').waitFor()
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.page.reload()
  await ada.link('Kitchen').getByText('Draft: Who has the').waitFor()
  await ada.link('Kitchen').click()
  await ada.field.press('Enter')
  await ada.sees('Who has the')
  await ada.link('Garden').click()
  await ada.link('Kitchen').getByText('You: Who has the').waitFor()
})

test('a list that is folded has what is unread, also after a reload', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [, garden] = await Promise.all([stage.room('Kitchen', [adaId, bobId]), stage.room('Garden', [adaId, bobId])])
  const ada = await stage.enter(adaId)
  await ada.link('Kitchen').waitFor()
  await ada.list.getByRole('button', { name: 'Conversations', expanded: true }).click()
  await ada.link('Kitchen').waitFor({ state: 'detached' })
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
  await stage.say(garden, bobId, 'The roses are out')
  await ada.link('Garden').waitFor()
  await ada.page.reload()
  await ada.link('Garden').waitFor()
  expect(await ada.link('Kitchen').count()).toBe(0)
  await ada.list.getByRole('button', { name: 'Conversations', expanded: false }).click()
  await ada.link('Kitchen').waitFor()
})

test('a room in which somebody names the user stands above what is newer', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const [kitchen, garden] = await Promise.all([
    stage.room('Kitchen', [adaId, bobId]),
    stage.room('Garden', [adaId, bobId]),
  ])
  const ada = await stage.enter(adaId)
  await stage.say(kitchen, bobId, `@${adaId} tea?`, { mentions: [adaId] })
  await ada.link('Kitchen').getByText('tea?').waitFor()
  await stage.say(garden, bobId, 'The roses are out')
  await ada.link('Garden').getByText('The roses are out').waitFor()
  const order = () =>
    ada.list.getByRole('link').evaluateAll((all) => all.map((one) => (one as unknown as Titled).title))
  await eventually(order).toEqual(['Kitchen', 'Garden'])
})

test('unread rooms above and below what is in sight are counted, and one click away', async () => {
  const adaId = unique('ada')
  const bob = await online(stage.chat, unique('bob'))
  const names = Array.from({ length: MANY }, (_, index) => `Room ${String(index + 1)}`)
  for (const roomName of names) {
    const { chatRoomId } = await bob.request({ action: 'createRoom', roomName, members: [adaId] })
    await bob.request({ action: 'sendMessage', chatRoomId, content: 'Hello' })
  }
  await bob.close()
  const ada = await stage.enter(adaId)
  const more = (where: string) => ada.list.getByRole('button', { name: new RegExp(`\\d+ more unread ${where}`) })
  const links = ada.list.getByRole('link')
  await eventually(() => ada.list.getByText(/: Hello$/).count()).toBe(MANY)
  await more('below').click()
  await more('above').waitFor()
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(ada.page)).toEqual([])
  const middleOf = async (link: Locator) => {
    const { y, height } = (await link.boundingBox())!
    return y + height / 2
  }
  const edge = await middleOf(ada.button('Settings'))
  // The button disappears by itself while the list still scrolls. Finding and pressing it in one step avoids a wait.
  const press = (where: string) =>
    more(where).evaluateAll((buttons) => {
      for (const button of buttons) (button as unknown as { click: () => void }).click()
    })
  await eventually(async () => (await press('below'), middleOf(links.last()))).toBeLessThan(edge)
  await eventually(async () => (await press('above'), middleOf(links.first()))).toBeGreaterThan(0)
})

// As much of the browser as is used here: the compiler is set to Node's types.
interface Titled {
  title: string
}
