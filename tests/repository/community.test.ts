import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = new URL('../../', import.meta.url)
const read = (file: string) => readFileSync(new URL(file, root), 'utf8')

interface Manifest {
  license: string
  engines: { node: string }
}
const manifest = JSON.parse(read('package.json')) as Manifest

test('the licence is the one that the manifest names', () => {
  expect(manifest.license).toBe('MIT')
  expect(read('LICENSE')).toMatch(/^MIT License\n\nCopyright \(c\) 2026 the Tabletalk authors\n/)
})

test('.nvmrc and the dev container have the oldest Node release line that is supported, and Java 17', () => {
  const [, oldest] = /^>=(\d+)/.exec(manifest.engines.node)!
  expect(read('.nvmrc').trim()).toBe(oldest)
  const container = JSON.parse(read('.devcontainer/devcontainer.json')) as {
    image: string
    features: Record<string, { version: string }>
    forwardPorts: number[]
  }
  expect(container.image).toContain(`typescript-node:${oldest}-`)
  expect(container.features).toEqual({ 'ghcr.io/devcontainers/features/java:1': { version: '17' } })
  expect(container.forwardPorts).toEqual([8080])
})

interface Update {
  'package-ecosystem': string
  directory?: string
  directories?: string[]
  schedule: { interval: string }
}

test('dependabot watches the packages, the actions and every Terraform module', () => {
  const { version, updates } = parse(read('.github/dependabot.yml')) as { version: number; updates: Update[] }
  expect(version).toBe(2)
  expect(updates.map((update) => update['package-ecosystem'])).toEqual(['npm', 'github-actions', 'terraform'])
  for (const { directory, directories, schedule } of updates) {
    expect(schedule.interval).toBe('weekly')
    for (const folder of directories ?? [directory!]) {
      expect(existsSync(new URL(`.${folder.replace(/\/\*$/, '')}`, root)), folder).toBe(true)
    }
  }
})

interface Field {
  type: string
  id?: string
  attributes: { label?: string; value?: string; options?: string[] }
}

test.each(readdirSync(new URL('.github/ISSUE_TEMPLATE/', root)).filter((file) => file !== 'config.yml'))(
  'the form %s asks questions that GitHub can show',
  (file) => {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${file}`)) as { name: string; description: string; body: Field[] }
    expect(form).toMatchObject({ name: expect.any(String) as string, description: expect.any(String) as string })
    const asked = form.body.filter(({ type }) => type !== 'markdown')
    expect(new Set(asked.map(({ id }) => id)).size).toBe(asked.length)
    for (const { type, id, attributes } of form.body) {
      expect(['markdown', 'textarea', 'input', 'dropdown']).toContain(type)
      if (type === 'markdown') expect(attributes.value).toMatch(/\S/)
      else expect([id, attributes.label]).toEqual([expect.stringMatching(/^\w+$/), expect.stringMatching(/\S/)])
      if (type === 'dropdown') expect(attributes.options!.length).toBeGreaterThan(1)
    }
  },
)
