import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { writePage } from '../../../web/write-page.ts'
import '../../support/provided.ts'

/** Builds the page once for all test files of a run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'tabletalk-page-'))
  await writePage(folder)
  project.provide('pageFolder', folder)
  return () => rm(folder, { recursive: true, force: true })
}
