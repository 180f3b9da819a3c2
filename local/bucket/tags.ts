import { S3Error } from './s3-error.ts'
import { S3_NAMESPACE, unescapeXml, xml, XML_HEAD } from './xml.ts'

/** Object tags: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export type Tags = Record<string, string>

const MAX_TAGS = 10
const MAX_KEY_CHARS = 128
const MAX_VALUE_CHARS = 256

const TAG = /<Tag>\s*<Key>([^<]*)<\/Key>\s*<Value(?:\/>|>([^<]*)<\/Value>)\s*<\/Tag>/g
const AROUND = /^\s*(?:<\?xml[^>]*\?>\s*)?<Tagging(?: [^>]*)?>\s*<TagSet(?:\/>|>\s*<\/TagSet>)\s*<\/Tagging>\s*$/

/**
 * Reads tags from the field `tagging` of a POST form.
 *
 * @throws S3Error MalformedXML, InvalidTag
 */
export function tagsFromXml(text: string): Tags {
  const pairs = [...text.matchAll(TAG)].map(
    ([, key = '', value = '']) => [unescapeXml(key), unescapeXml(value)] as const,
  )
  if (!AROUND.test(text.replace(TAG, ''))) {
    throw new S3Error(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    )
  }
  return checked(pairs)
}

/** Reads tags from the header `x-amz-tagging`: `a=1&b=2`, URL-encoded. */
export function tagsFromHeader(text: string): Tags {
  return checked([...new URLSearchParams(text)])
}

export function tagsToXml(tags: Tags): string {
  const set = Object.entries(tags).map(([key, value]) => xml`<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`)
  return `${XML_HEAD}${xml`<Tagging xmlns="${S3_NAMESPACE}"><TagSet>${set}</TagSet></Tagging>`.text}`
}

function checked(pairs: (readonly [string, string])[]): Tags {
  if (pairs.length > MAX_TAGS) throw new S3Error('BadRequest', `Object tags cannot be greater than ${MAX_TAGS}`)
  const tags = new Map<string, string>()
  for (const [key, value] of pairs) {
    if (key === '' || key.length > MAX_KEY_CHARS)
      throw new S3Error('InvalidTag', 'The TagKey you have provided is invalid')
    if (value.length > MAX_VALUE_CHARS) throw new S3Error('InvalidTag', 'The TagValue you have provided is invalid')
    if (tags.has(key)) throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key')
    tags.set(key, value)
  }
  return Object.fromEntries(tags)
}
