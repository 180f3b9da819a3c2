/**
 * A file of the built page: one below `assets/`, whose name changes with its content, or `index.html`, `sw.js`, the
 * manifest or an icon, whose names stay.
 */
export interface PageFile {
  /** From the page's root, without a leading slash. */
  path: string
  content: string | Uint8Array
}
