import { expect, test } from 'vitest'
import { decodeContent } from '../../src/ws/decode-content.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test.each(['"quoted"', '\u0001', '😀', '', '\ufeffmarked'])('base64 of %j becomes the text', (text) => {
  expect(decodeContent({ content: base64(text), contentEncoding: 'base64' })).toEqual({
    content: text,
    contentEncoding: 'base64',
  })
})

test.each([{ content: 'aGk=' }, { content: 7, contentEncoding: 'base64' }, { content: 'x', contentEncoding: 'hex' }])(
  '%j stays as it is',
  (frame) => {
    expect(decodeContent(frame)).toBe(frame)
  },
)

test.each(['aGk', 'a-_=', ' aGk=', 'aGk=\n', '/w==', '7aCA'])('%j is refused', (content) => {
  const decode = () => decodeContent({ content, contentEncoding: 'base64' })
  expect(decode).toThrow('unable to accept the frame; its content is not of its encoding')
  expect(decode).toThrow(expect.objectContaining({ code: 'invalid_request' }) as Error)
})
