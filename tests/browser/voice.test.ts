import { expect, test } from 'vitest'
import { eventually } from './support/eventually.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

// The shell of the browser has no microphone.
const stage = Stage.set({}, 'whole')

test('a voice message is recorded, listened to, sent and heard', async () => {
  const [ada, bob] = (await stage.talk('ada', 'bob')).people
  await ada.context.grantPermissions(['microphone'])
  await ada.page.emulateMedia({ reducedMotion: 'reduce' })
  await ada.button('Record a voice message').click()
  await ada.page.getByRole('timer', { name: 'Length' }).waitFor()
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.page.keyboard.press('Escape')
  await ada.field.waitFor()
  expect(await ada.uploads.count()).toBe(0)

  await ada.button('Record a voice message').click()
  // Waits until it has recorded something.
  const length = ada.page.getByRole('timer', { name: 'Length' })
  await eventually(() => length.textContent()).toMatch(/^([2-9]|[1-5]\d) s$|:/)
  await ada.button('Finish the voice message').click()
  const staged = ada.uploads.locator('audio')
  await eventually(() => staged.evaluate((element: Player) => element.readyState)).toBeGreaterThan(0)
  expect(await violationsOf(ada.page)).toEqual([])
  await ada.field.press('Enter')
  const player = bob.log.locator('audio')
  await player.evaluate((element: Player) => element.play())
  await bob.log.getByRole('link', { name: /^Download Voice message, \d+ s\.webm/ }).waitFor()
  await ada.uploads.waitFor({ state: 'detached' })
})

test('a microphone that is forbidden is said, and the text goes on', async () => {
  const [ada] = (await stage.talk('ada', 'bob')).people
  await ada.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))
  })
  await ada.button('Record a voice message').click()
  await ada.page.getByText('The microphone is forbidden for this page.').waitFor()
  await ada.button('Close').click()
  await ada.say('Then I write')
  await ada.sees('Then I write')
})

// As much of the browser as is used here: the compiler is set to Node's types.
interface Player {
  readyState: number
  play(): Promise<void>
}
declare const navigator: { mediaDevices: { getUserMedia: () => Promise<never> } }
