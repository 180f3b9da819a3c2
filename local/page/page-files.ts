import type { Log } from '../contracts.ts'

/** A file of the built page. Its path has no leading slash. */
export interface PageFile {
  path: string
  content: string | Uint8Array
}

export type Build = () => Promise<readonly PageFile[]>

/** Imports Vite only when the page is needed, because Vite takes a moment to load. */
const buildWithVite: Build = async () => {
  const { buildPage } = await import('../../web/build-page.ts')
  return buildPage()
}

/** The page's files, built once: by `prepare` or at the first request. */
export class PageFiles {
  readonly #build: Build
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined

  /** @param build default: Vite, from `web/` */
  constructor(build: Build = buildWithVite) {
    this.#build = build
  }

  /** Builds the page ahead of its first request. A failure is logged here and thrown again by `get`. */
  async prepare(log: Log): Promise<void> {
    await this.#all().catch((error: unknown) => log.error((error as Error).message))
  }

  /**
   * Returns undefined if the page has no such file.
   *
   * @throws Error with the reason why the page can't be built
   */
  async get(path: string): Promise<PageFile | undefined> {
    return (await this.#all()).get(path)
  }

  #all(): Promise<ReadonlyMap<string, PageFile>> {
    this.#files ??= this.#build().then((files) => new Map(files.map((file) => [file.path, file])))
    return this.#files
  }
}
