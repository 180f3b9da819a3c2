import type { Log } from '../contracts.ts'

/** A file of the built page, its path without a leading slash. */
export interface PageFile {
  path: string
  content: string | Uint8Array
}

export type Build = () => Promise<readonly PageFile[]>

/** Vite takes a moment to load: only those who want the page wait for it. */
const buildWithVite: Build = async () => {
  const { buildPage } = await import('../../web/build-page.ts')
  return buildPage()
}

/** The page's files, built once: at the first look at one of them, or before. */
export class PageFiles {
  readonly #build: Build
  #files: Promise<ReadonlyMap<string, PageFile>> | undefined

  /** @param build default: Vite, from `web/` */
  constructor(build: Build = buildWithVite) {
    this.#build = build
  }

  /** Builds the page, so that nobody waits for it. Whoever looks at it hears what went wrong as well. */
  async prepare(log: Log): Promise<void> {
    await this.#all().catch((error: unknown) => log.error((error as Error).message))
  }

  /** @throws Error that says why the page can't be built */
  async get(path: string): Promise<PageFile | undefined> {
    return (await this.#all()).get(path)
  }

  #all(): Promise<ReadonlyMap<string, PageFile>> {
    this.#files ??= this.#build().then((files) => new Map(files.map((file) => [file.path, file])))
    return this.#files
  }
}
