//! Values of one column, in the type the file has them in.

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A whole number.
    Whole(i64),
    /// A decimal number.
    Decimal(f64),
    /// A text, or a name behind a number.
    Text(String),
}

impl Value {
    /// The number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(value) => Some(*value as f64),
            Self::Decimal(value) => Some(*value),
            Self::Text(_) => None,
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Whole(value) => value.fmt(f),
            Self::Decimal(value) => value.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

/// A column of values of one type.
///
/// Two columns are equal when types and bits are: NaN equals itself, and −0 is not 0.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names of the types say it")]
pub enum Values {
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    I64(Vec<i64>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
    U64(Vec<u64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
    Text(Vec<String>),
}

/// The same for values of each of these types, and something else for the rest where it is given.
macro_rules! for_each {
    ($on:expr, [$($kind:ident),+], $values:ident => $then:expr $(, _ => $rest:expr)?) => {
        match $on {
            $(Values::$kind($values) => $then,)+
            $(_ => $rest,)?
        }
    };
}

impl Values {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        for_each!(self, [I8, I16, I32, I64, U8, U16, U32, U64, F32, F64, Text], values => values.len())
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the rows are whole numbers.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !matches!(self, Self::F32(_) | Self::F64(_) | Self::Text(_))
    }

    /// The value of a row; a number above what [`Value::Whole`] can hold becomes decimal.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Value> {
        match self {
            Self::F32(values) => values.get(row).map(|value| Value::Decimal(f64::from(*value))),
            Self::F64(values) => values.get(row).map(|value| Value::Decimal(*value)),
            Self::Text(values) => values.get(row).map(|text| Value::Text(text.clone())),
            Self::U64(values) => {
                let value = *values.get(row)?;
                Some(i64::try_from(value).map_or(Value::Decimal(value as f64), Value::Whole))
            }
            _ => self.whole(row).map(Value::Whole),
        }
    }

    /// The whole number of a row, where it is one that fits.
    #[must_use]
    pub fn whole(&self, row: usize) -> Option<i64> {
        match self {
            Self::I64(values) => return values.get(row).copied(),
            Self::U64(values) => return values.get(row).and_then(|value| i64::try_from(*value).ok()),
            _ => {}
        }
        for_each!(
            self,
            [I8, I16, I32, U8, U16, U32],
            values => values.get(row).map(|value| i64::from(*value)),
            _ => None
        )
    }

    /// The numbers, in double precision; none for text.
    #[must_use]
    pub fn decimals(&self) -> Option<Vec<f64>> {
        if let Self::F64(values) = self {
            return Some(values.clone());
        }
        for_each!(
            self,
            [I8, I16, I32, I64, U8, U16, U32, U64, F32],
            values => Some(values.iter().map(|value| *value as f64).collect()),
            _ => None
        )
    }
}

impl PartialEq for Values {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::I8(a), Self::I8(b)) => a == b,
            (Self::I16(a), Self::I16(b)) => a == b,
            (Self::I32(a), Self::I32(b)) => a == b,
            (Self::I64(a), Self::I64(b)) => a == b,
            (Self::U8(a), Self::U8(b)) => a == b,
            (Self::U16(a), Self::U16(b)) => a == b,
            (Self::U32(a), Self::U32(b)) => a == b,
            (Self::U64(a), Self::U64(b)) => a == b,
            (Self::F32(a), Self::F32(b)) => a.iter().map(|v| v.to_bits()).eq(b.iter().map(|v| v.to_bits())),
            (Self::F64(a), Self::F64(b)) => a.iter().map(|v| v.to_bits()).eq(b.iter().map(|v| v.to_bits())),
            (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }
}
