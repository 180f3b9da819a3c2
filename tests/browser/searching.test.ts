import { expect, test } from 'vitest'
import { Stage } from './support/stage.ts'
import { violationsOf } from './support/violations.ts'

const stage = Stage.set({ environment: { SEARCH: 'on' }, followups: { maximumBatchingWindowInSeconds: 0 } })

test('a message is found among those that are loaded, then by the server, and a click goes to it', async () => {
  const [ada] = (await stage.talk('ada', 'bob')).people
  await ada.say('A Résumé of needles', 'hay', 'more hay')
  await ada.page.keyboard.press('Control+f')
  const { dialog } = ada
  await dialog.getByRole('searchbox', { name: 'Words' }).fill('hay')
  await dialog.getByText('2 found in the messages that are loaded.').waitFor()
  await dialog.getByRole('searchbox').fill('resume need')
  await dialog.getByText('Nothing found in the messages that are loaded.').waitFor()
  await stage.chat.mapping.idle()
  await stage.chat.followups.idle()
  await dialog.getByRole('button', { name: 'Search all messages' }).click()
  await dialog.getByText('1 found in the conversation.').waitFor()
  expect(await dialog.getByRole('list', { name: 'Found messages' }).locator('mark').allTextContents()).toEqual([
    'Résumé',
    'needles',
  ])
  expect(await violationsOf(ada.page)).toEqual([])
  await dialog.getByRole('link').click()
  await dialog.waitFor({ state: 'detached' })
  expect(new URL(ada.page.url()).hash).toMatch(/\/\d+$/)
  await ada.page.locator('.is-shown').getByText('A Résumé of needles').waitFor()
})
