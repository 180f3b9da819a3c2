import { expect, test } from 'vitest'
import { online, unique } from '../support/runtime.ts'
import { picture } from './support/files.ts'
import type { Person } from './support/person.ts'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const PICTURES = 'https://people.example.com'

const stage = Stage.set({ imageOrigins: [PICTURES] })

/** Sets a user's profile before anybody looks at it. */
async function called(userId: string, profile: { name?: string; imageUrl?: string }): Promise<void> {
  const client = await online(stage.chat, userId)
  await client.request({ action: 'setProfile', ...profile })
  await client.close()
}

const members = ({ page }: Person) => page.getByRole('list', { name: 'Members' })

async function expectNone({ page }: Person): Promise<void> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  expect(await violationsOf(page)).toEqual([])
}

test('people are called by their names wherever they are named, and mentioned by their ids', async () => {
  const [adaId, bobId] = [unique('auth0|64f1'), unique('google-oauth2|117')]
  const room = await stage.room('Kitchen', [adaId, bobId])
  await called(bobId, { name: 'Bob' })
  const ada = await stage.enter(adaId, { at: `#/room/${room}` })
  await ada.button('Settings').click()
  await ada.dialog.getByRole('textbox', { name: 'Your name' }).fill('Ada Lovelace')
  await ada.dialog.getByRole('button', { name: 'Save' }).click()
  await ada.dialog.getByText('Saved.').waitFor()
  await expectNone(ada)
  await ada.page.keyboard.press('Escape')
  await ada.list.getByText('Ada Lovelace').waitFor()

  const bob = await stage.enter(bobId, { at: `#/room/${room}` })
  await bob.isReady()
  await members(bob).getByText('Ada Lovelace').waitFor()
  await bob.field.pressSequentially('Ask @love')
  await bob.page.getByRole('option', { name: 'Ada Lovelace' }).click()
  expect(await bob.field.inputValue()).toBe('Ask @Ada Lovelace ')
  await ada.typing.getByText('Bob is typing').waitFor()
  await bob.field.press('Enter')
  await bob.log.locator('mark', { hasText: '@Ada Lovelace' }).waitFor()
  await ada.log.locator('mark.is-own', { hasText: '@Ada Lovelace' }).waitFor()
  await ada.log.getByText('Bob', { exact: true }).waitFor()
  await ada.link('Kitchen').getByText('Bob: Ask @Ada Lovelace').waitFor()
  const client = await online(stage.chat, adaId)
  const { messages } = await client.request({ action: 'getHistory', chatRoomId: room })
  expect(messages.map(({ content, mentions }) => [content, mentions])).toEqual([[`Ask @${adaId}`, [adaId]]])
  await client.close()

  await bob.page.goto(`${stage.chat.url}/?as=${encodeURIComponent(bobId)}#/direct/${encodeURIComponent(adaId)}`)
  await bob.page.getByRole('heading', { name: 'Ada Lovelace', level: 1 }).waitFor()
  await bob.say('Hello')
  await bob.sees('Hello')
  await ada.link('Bob').getByText('1 unread').waitFor()
  expect(await ada.page.getByText(/auth0|google/).count()).toBe(0)
  expect(await bob.page.getByText(/auth0|google/).count()).toBe(0)
  await expectNone(bob)
})

test('an edit keeps the names of those it mentions, and their ids', async () => {
  const [adaId, bobId] = [unique('ada'), unique('bob')]
  const room = await stage.room('Kitchen', [adaId, bobId])
  await called(bobId, { name: 'Bob Martin' })
  const ada = await stage.enter(adaId, { at: `#/room/${room}` })
  await ada.isReady()
  await members(ada).getByText('Bob Martin').waitFor()
  await ada.say('@Bob Martin, tea?')
  await ada.log.locator('mark', { hasText: '@Bob Martin' }).waitFor()
  await ada.log.getByRole('img', { name: 'Sent' }).waitFor()
  await ada.field.press('ArrowUp')
  const edit = ada.page.getByRole('textbox', { name: 'Edit the message' })
  expect(await edit.inputValue()).toBe('@Bob Martin, tea?')
  await edit.fill('@Bob Martin, coffee?')
  await edit.press('Enter')
  await ada.sees('@Bob Martin, coffee?')
  const client = await online(stage.chat, adaId)
  const { messages } = await client.request({ action: 'getHistory', chatRoomId: room })
  expect(messages.map(({ content, mentions }) => [content, mentions])).toEqual([[`@${bobId}, coffee?`, [bobId]]])
  await client.close()
})

test('two of the same name are told apart, and pictures come from allowed origins only', async () => {
  const [adaId, eveId, danId] = [unique('ada'), unique('eve'), unique('dan')]
  const room = await stage.room('Kitchen', [adaId, eveId, danId])
  await called(adaId, { name: 'Ada', imageUrl: `${PICTURES}/ada.png` })
  await called(eveId, { name: 'Ada', imageUrl: 'https://tracker.example/eve.png' })
  const dan = await stage.enter(danId, { at: `#/room/${room}` })
  const asked: string[] = []
  await dan.context.route(/people\.example|tracker\.example/, (route) => {
    asked.push(route.request().url())
    return route.fulfill({ body: picture.buffer, contentType: 'image/png' })
  })
  await members(dan).getByText(`Ada ${adaId}`).waitFor()
  await members(dan).getByText(`Ada ${eveId}`).waitFor()
  const entry = (userId: string) => members(dan).getByRole('listitem').filter({ hasText: userId })
  await entry(adaId).locator('.avatar img').waitFor()
  expect(await entry(eveId).locator('.avatar').textContent()).toBe('A')
  expect(new Set(asked)).toEqual(new Set([`${PICTURES}/ada.png`]))
  await dan.button(`More about Ada (${eveId})`).click()
  await dan.page.getByRole('menuitem', { name: `Block Ada (${eveId}) …` }).waitFor()
})
