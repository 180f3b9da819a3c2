import { BaseSequencer, type TestSpecification } from 'vitest/node'

const LONGEST = ['interleavings.test.ts', 'everybody-agrees.test.ts', 'every-message-once.integration.test.ts']

/** Starts the files that take longest first, so that none of them runs alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLongest = ({ moduleId }: TestSpecification) => LONGEST.some((name) => moduleId.endsWith(name))
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))]
  }
}
