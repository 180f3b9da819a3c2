import fc from 'fast-check'
import { expect, test } from 'vitest'
import { actions } from '../../src/protocol/actions.ts'
import { MAX_CONTENT_BYTES } from '../../src/protocol/limits.ts'

const { request } = actions.sendMessage

const utf16Unit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))

/** Texts of any UTF-16 units, including lone surrogates, and texts whose length is near the limit. */
const anyText = fc.oneof(
  fc.string({ unit: utf16Unit, maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom(' ', '\n', '\u0000', '\u200b', '\u3164', '\u2800', '\u{1d159}', '\ufff9'),
    maxLength: 4,
  }),
  fc
    .tuple(fc.constantFrom('x', 'é', '€', '🙂', '\ud83d'), fc.integer({ min: -2, max: 2 }), fc.string({ maxLength: 2 }))
    .map(([unit, more, end]) => unit.repeat(MAX_CONTENT_BYTES / Buffer.byteLength(unit) + more) + end),
)

const BLANK_SYMBOLS = '\u2800\u{13441}\u{13442}\u{1d159}\u{16fe4}'
const isInvisible = (character: string) =>
  /[\s\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb\u{13430}-\u{1343b}]/u.test(character) ||
  BLANK_SYMBOLS.includes(character)

/** Returns the faults of a text, found in another way than by the schema: from what comes back from UTF-8. */
function faultsOf(text: string): string[] {
  const bytes = new TextEncoder().encode(text)
  return [
    ...(text === '' ? ['too_small'] : []),
    ...(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) === text ? [] : ['lone surrogate']),
    ...(text !== '' && [...text].every(isInvisible) ? ['shows nothing'] : []),
    ...(bytes.length > MAX_CONTENT_BYTES ? ['too_large'] : []),
  ]
}

test('any string is accepted and comes back as it was, or is rejected with each of its faults', () => {
  fc.assert(
    fc.property(anyText, (content) => {
      // As it arrives over the network.
      const frame: unknown = JSON.parse(JSON.stringify({ action: 'sendMessage', chatRoomId: 'general', content }))
      const { data, error } = request.safeParse(frame)
      const faults = error?.issues.map((issue) => {
        expect(issue.path).toEqual(['content'])
        if (issue.code === 'custom')
          return issue.params?.code === 'too_large' ? 'too_large' : issue.message.replace('contains a ', '')
        return issue.code
      })

      expect((faults ?? []).sort()).toEqual(faultsOf(content).sort())
      if (data) expect(Buffer.from(data.content).toString('utf8')).toBe(content)
    }),
    { numRuns: 500 },
  )
})
