import { expect, test } from 'vitest'
import { Stage } from './support/stage.ts'

const stage = Stage.set({ environment: { MAX_FILE_BYTES: '1000', ALLOWED_CONTENT_TYPES: 'text/plain,image/png' } })

const textFile = (bytes: number, mimeType = 'text/plain') => ({
  ...{ name: 'notes', mimeType, buffer: Buffer.alloc(bytes, 'x') },
})

test.for([
  { file: textFile(1_001), words: 'That is larger than the chat takes.' },
  { file: textFile(10, 'text/csv'), words: 'Files of this type are not accepted.' },
])('what this deployment does not accept is refused without asking it: $words', async ({ file, words }) => {
  const { people } = await stage.talk('ada')
  const [ada] = people
  await ada.attach(file)
  await ada.uploads.getByRole('alert').waitFor()
  expect(await ada.uploads.getByRole('alert').textContent()).toBe(words)
  expect(ada.connections.actions).not.toContain('handleFileUpload')
  expect(await ada.messages.count()).toBe(0)
})

test('what it accepts is uploaded', async () => {
  const { people } = await stage.talk('ada', 'bob')
  const [ada, bob] = people
  await ada.attach(textFile(1_000))
  await bob.page.getByRole('link', { name: 'Download notes' }).waitFor()
  expect(ada.connections.actions).toContain('handleFileUpload')
})
