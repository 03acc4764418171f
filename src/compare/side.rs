//! Which of the two inputs, and what there is of each.

/// Which input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The first.
    Left,
    /// The second.
    Right,
}

/// The same thing of both inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sides<T> {
    /// That of the first.
    pub left: T,
    /// That of the second.
    pub right: T,
}

impl<T> Sides<T> {
    /// That of one input.
    pub fn of(&self, side: Side) -> &T {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }
}

/// Something of one of the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfSide<T> {
    /// Which input.
    pub(crate) side: Side,
    /// What it is.
    pub(crate) value: T,
}

impl<T> OfSide<T> {
    /// Something of the first.
    pub(crate) fn left(value: T) -> Self {
        Self {
            side: Side::Left,
            value,
        }
    }

    /// Something of the second.
    pub(crate) fn right(value: T) -> Self {
        Self {
            side: Side::Right,
            value,
        }
    }
}
