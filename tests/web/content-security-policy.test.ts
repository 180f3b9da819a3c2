import { expect, test } from 'vitest'
import { contentSecurityPolicy } from '../../web/content-security-policy.ts'

test('allows the page’s own files, the chat’s API and its bucket, and nothing else', () => {
  const policy = contentSecurityPolicy({
    connect: ['wss://api.example', 'https://bucket.example'],
    images: ['https://bucket.example'],
    faces: ['https://people.example'],
  })
  expect(policy.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: https://bucket.example https://people.example",
    "media-src 'self' blob: https://bucket.example",
    "manifest-src 'self'",
    "worker-src 'self'",
    "connect-src 'self' wss://api.example https://bucket.example",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types tabletalk-worker',
  ])
  expect(policy).not.toContain('unsafe')
})
