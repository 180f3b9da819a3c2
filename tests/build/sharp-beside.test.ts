import { describe, expect, test } from 'vitest'
import { lockOfSharp } from '../../scripts/build/sharp-beside.ts'

describe('what npm installs for the function that makes pictures small', () => {
  test('is pinned and hashed: sharp, what it needs, and the program of Lambda’s machines among all', async () => {
    const { packages } = await lockOfSharp()
    const { '': own, ...others } = packages
    const { version } = packages['node_modules/sharp']!
    expect(own).toEqual({ dependencies: { sharp: version } })
    expect(Object.keys(others)).toEqual(
      expect.arrayContaining([
        'node_modules/@img/sharp-linux-arm64',
        'node_modules/@img/sharp-libvips-linux-arm64',
        'node_modules/detect-libc',
      ]),
    )
    for (const [path, one] of Object.entries(others)) expect(one, path).toHaveProperty('integrity')
  })
})
