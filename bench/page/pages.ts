import { type PageFile, PageFiles } from '../../local/page/page-files.ts'
import { pageOfVersion010 } from '../shared/page-of-version-0-1-0.ts'

/** Today's page and that of 0.1.0, which the same server serves. */
export class TwoPages extends PageFiles {
  readonly #before = new PageFiles(pageOfVersion010)
  /** Which one is served. */
  shown: 'before' | 'now' = 'now'

  override get(path: string): Promise<PageFile | undefined> {
    return this.shown === 'now' ? super.get(path) : this.#before.get(path)
  }
}
