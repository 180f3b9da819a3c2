/**
 * Longest sides of the small pictures, in device pixels. The first is for the conversation, where a picture is up to
 * 320 CSS pixels wide and most screens have two or three device pixels for each; the second is for the whole screen.
 */
export const EDGES = [640, 1280] as const

/** The media type of small pictures, whatever the original's type. */
export const SMALL_TYPE = 'image/webp'

/**
 * Returns the key or S3 URI of a small picture. It begins with that of its original, so that deleting the original
 * deletes the small picture too: see `isOfFile`.
 */
export const smallOf = (original: string, edge: number): string => `${original}/${edge}.webp`

/** Whether a key belongs to a file or to something derived from it. */
export const isOfFile = (key: string, objectKey: string): boolean => isMadeOf(key, objectKey) || key === objectKey

/** Whether a key belongs to something derived from a file. */
export const isMadeOf = (key: string, objectKey: string): boolean => key.startsWith(`${objectKey}/`)
