import { BaseSequencer, type TestSpecification } from 'vitest/node'

const LONGEST = 'every-message-once.integration.test.ts'

/** Starts the file that takes longest first, so that it isn't running alone when all others have ended. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLongest = ({ moduleId }: TestSpecification) => moduleId.endsWith(LONGEST)
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))]
  }
}
