import { LinkifyIt, REBuilder } from 'linkify-it'

/**
 * Characters at which an address ends, beyond the punctuation that the library knows: those that don't print (such as
 * marks that turn the direction of text), and the punctuation and symbols of Chinese, Japanese and Korean.
 */
const SEPARATORS =
  /[><`|\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3000-\u3004\u3008-\u3020\u3030\u3164\ufe00-\ufe0f\ufeff\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\uffa0\ufff9-\ufffd]/

/** Punctuation that is part of names in addresses: `L’Équipe`, `Bose–Einstein`, `レオナルド・ダ・ヴィンチ`. */
const INSIDE_NAMES = '[\\u00b7\\u2010\\u2011\\u2013\\u2019\\u05f3\\u05f4\\u30fb]'

/** After letters of Arabic and of Indian scripts these are part of the spelling, as in Persian and Hindi. */
const JOINERS = '(?<=[\\u0600-\\u06ff\\u0750-\\u077f\\u0900-\\u0dff])[\\u200c\\u200d]'

/** The end of a word in a script with spaces. What follows directly is part of the word and no address. */
const AFTER_WORD = '(?<![\\p{Lu}\\p{Ll}\\p{Lt}\\p{Nd}_]\\p{M}*)'

/** The library's patterns, for texts of every script. */
class Patterns extends REBuilder {
  override get_text_separators(): RegExp {
    return SEPARATORS
  }

  /** The library requires a space or punctuation before an address. Chinese, Japanese and Thai have none there. */
  override get_schema_search(): RegExp {
    return (this.cache.schema_search ??= new RegExp(`${AFTER_WORD}()(${this.get_schema_names().source})`, 'giu'))
  }

  override get_path_extra(): RegExp {
    return (this.cache.src_path_extra ??= new RegExp(
      `(?:${INSIDE_NAMES}|${JOINERS})(?=${this.get_pseudo_letter().source})|`,
    ))
  }

  /** The names of subdomains may contain an underscore. */
  override get_domain(): RegExp {
    const letter = this.get_pseudo_letter().source
    return (this.cache.src_domain ??= new RegExp(
      `(?:${this.get_xn().source}|${letter}|(?:${letter}(?:[-_]|${letter}){0,61}${letter}))`,
    ))
  }

  override get_mail_name_validator(): RegExp {
    return (this.cache.mail_name_validator ??= new RegExp(
      `(?:^|["(\\u3001-\\u9fff\\uac00-\\ud7a3]|${this.get_text_separators().source}|${this.src_ZCc})` +
        `(${this.get_mail_name().source})$`,
    ))
  }
}

/**
 * Finds web and mail addresses. Without `http://`, only text that begins with `www.` counts as a web address. Otherwise
 * file names such as `main.rs` and `install.sh` would be links, because `rs` and `sh` are top-level domains.
 */
export const linkFinder = new LinkifyIt({ rebuilder: new Patterns(), fuzzyEmail: true, maxLength: 20_000 })
  .add('ftp:', null)
  .add('//', null)
  .add('www.', {
    validate: (text, position, { re }) => {
      const rest = re.get_relative_proto_validator()
      rest.lastIndex = position
      return rest.exec(text)?.[0].length ?? 0
    },
    normalize: (match) => {
      match.url = `http://${match.url}`
    },
  })
