//! Closed sets of words: a state, a kind, a code, each with one stable identifier.
//!
//! The identifier is the same in JSON, in the database's check constraints and in Rust, and is written once, by
//! the macro `words!`. Deliberately absent: which word may follow which; each subject says that beside its own words.

/// A text that is none of the words of its set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("不认识的值：{0}")]
pub struct UnknownWord(pub String);

/// Declares an enum from lines `Variant = "identifier" / "中文"` and gives it `ALL`, `as_str`, `label`,
/// `Display`, `FromStr`, serde and the schema, all from the same line.
macro_rules! words {
    ($(#[$about:meta])* pub enum $name:ident {
        $($(#[$doc:meta])* $variant:ident = $id:tt / $label:tt),+ $(,)?
    }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $id)] $variant,)+
        }

        impl $name {
            /// Every word of the set, in the order of its declaration.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The stable identifier: on the wire and in the database.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $id,)+ }
            }

            /// What a reader sees.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $($name::$variant => $label,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($id => Ok($name::$variant),)+
                    other => Err($crate::UnknownWord(other.to_owned())),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    words! {
        /// Two words.
        pub enum Light {
            Red = "red" / "红",
            DeepGreen = "deep_green" / "深绿",
        }
    }

    #[test]
    fn a_word_is_the_same_in_json_and_in_text() {
        for light in Light::ALL {
            assert_eq!(light.as_str().parse(), Ok(*light));
            assert_eq!(serde_json::to_value(light).unwrap(), light.to_string());
            assert_eq!(serde_json::from_value::<Light>(light.as_str().into()).unwrap(), *light);
        }
        assert_eq!(Light::DeepGreen.label(), "深绿");
        assert_eq!("green".parse::<Light>().unwrap_err().to_string(), "不认识的值：green");
    }
}
