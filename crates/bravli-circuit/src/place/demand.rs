//! How many cells of which group are asked for, as fractions, and where they may lie.

use super::PlaceError;
use crate::geometry::{Geometry, LayerSpan, Prism, RegionPart, VoxelRegion};
use bravli_recipe::{Atlas, AtlasError, ColumnSpec, CompositionGroup, LayerSpec, Recipe, nearest};

/// What is asked of one layer.
#[derive(Debug)]
pub(super) struct LayerDemand<'r> {
    /// Layer name.
    pub(super) layer: String,
    /// Cells in all, not rounded.
    pub(super) expected: f64,
    /// Its groups, those of one m-type side by side.
    pub(super) groups: Vec<GroupDemand<'r>>,
}

/// What is asked of one group.
#[derive(Debug)]
pub(super) struct GroupDemand<'r> {
    pub(super) group: &'r CompositionGroup,
    pub(super) is_excitatory: bool,
    /// Its part of the layer, relative to those of the others.
    pub(super) weight: f64,
    /// Parts of the geometry that its cells are dealt to.
    pub(super) parts: Vec<usize>,
}

impl<'r> LayerDemand<'r> {
    fn new(layer: &str, expected: f64, mut groups: Vec<GroupDemand<'r>>) -> Self {
        let names: Vec<&str> = groups.iter().map(|group| group.group.mtype.as_str()).collect();
        let first = |name: &str| names.iter().position(|known| *known == name);
        let mut order: Vec<usize> = (0..groups.len()).collect();
        order.sort_by_key(|i| first(names[*i]));
        let mut taken: Vec<Option<GroupDemand<'r>>> = groups.drain(..).map(Some).collect();
        let groups = order.into_iter().filter_map(|i| taken[i].take()).collect();
        Self { layer: layer.to_owned(), expected, groups }
    }

    /// Cells asked of a group, not rounded.
    pub(super) fn asked(&self, group: &GroupDemand<'_>) -> f64 {
        let sum: f64 = self.groups.iter().map(|group| group.weight).sum();
        if sum > 0.0 { self.expected * group.weight / sum } else { 0.0 }
    }
}

/// Layers asked for, each with its depths, pia downwards; without a wish, all that have cells.
pub(super) fn chosen_layers<'a>(
    recipe: &Recipe,
    spec: &'a ColumnSpec,
    wanted: &[String],
) -> Result<Vec<(&'a LayerSpec, LayerSpan)>, PlaceError> {
    let known: Vec<&str> = spec.layers.iter().map(|layer| layer.layer.as_str()).collect();
    refuse_unknown(wanted, &known)?;
    let mut top_um = 0.0;
    let mut chosen = Vec::new();
    for layer in &spec.layers {
        let has_cells = || recipe.composition.iter().any(|group| group.layer == layer.layer);
        let bottom_um = top_um + layer.thickness_um.get();
        if wanted.contains(&layer.layer) || (wanted.is_empty() && has_cells()) {
            chosen.push((layer, LayerSpan { layer: layer.layer.clone(), top_um, bottom_um }));
        }
        top_um = bottom_um;
    }
    if chosen.is_empty() {
        return Err(PlaceError::NoCells(recipe.name.clone(), "any".into()));
    }
    Ok(chosen)
}

fn refuse_unknown(wanted: &[String], known: &[&str]) -> Result<(), PlaceError> {
    match wanted.iter().find(|name| !known.contains(&name.as_str())) {
        Some(unknown) => Err(PlaceError::UnknownLayer { layer: unknown.clone(), known: known.join(", ") }),
        None => Ok(()),
    }
}

/// What columns ask for: the census of a layer scaled by area, else its densities times its volume.
pub(super) fn of_columns<'r>(
    recipe: &'r Recipe,
    chosen: &[(&LayerSpec, LayerSpan)],
    prism: &Prism,
    area_fraction: f64,
) -> Result<Vec<LayerDemand<'r>>, PlaceError> {
    let demand = |(index, (layer, _)): (usize, &(&LayerSpec, LayerSpan))| {
        let members: Vec<&CompositionGroup> = recipe.composition.iter().filter(|g| g.layer == layer.layer).collect();
        let Some(first) = members.first() else {
            return Err(PlaceError::NoCells(recipe.name.clone(), layer.layer.clone()));
        };
        let parts: Vec<usize> =
            prism.parts().iter().enumerate().filter(|(_, part)| part.layer == index).map(|(i, _)| i).collect();
        let column_um3 = parts.first().map_or(0.0, |part| prism.parts()[*part].volume_um3);
        let n_columns: f64 =
            parts.iter().map(|part| prism.parts()[*part]).map(|p| p.volume_um3 * p.share / column_um3).sum();
        let group = |group| {
            let (weight, is_excitatory) = (density(group)?, is_excitatory(recipe, group)?);
            Ok(GroupDemand { group, is_excitatory, weight, parts: parts.clone() })
        };
        let groups: Vec<GroupDemand<'r>> = members.iter().copied().map(group).collect::<Result<_, PlaceError>>()?;
        let sum: f64 = groups.iter().map(|group| group.weight).sum();
        if sum <= 0.0 && layer.n_cells != Some(0.0) {
            return Err(zero_density(first));
        }
        let of_column = layer.n_cells.map_or_else(|| sum * column_um3 * 1e-9, |n| n * area_fraction);
        Ok(LayerDemand::new(&layer.layer, of_column * n_columns, groups))
    };
    chosen.iter().enumerate().map(demand).collect()
}

/// The groups that have voxels to be looked for, with these.
pub(super) fn region_groups<'r>(
    recipe: &'r Recipe,
    atlas: &Atlas<'_>,
    wanted: &[String],
) -> Result<Vec<(&'r CompositionGroup, RegionPart)>, PlaceError> {
    let mut known: Vec<&str> = Vec::new();
    for group in &recipe.composition {
        if !known.contains(&group.layer.as_str()) {
            known.push(&group.layer);
        }
    }
    refuse_unknown(wanted, &known)?;
    let named = recipe.column.iter().flat_map(|spec| &spec.layers).map(|layer| layer.layer.as_str());
    let mut order: Vec<&str> = named.filter(|layer| known.contains(layer)).collect();
    known.sort_unstable();
    order.extend(known.iter().filter(|layer| !order.contains(layer)).copied().collect::<Vec<_>>());
    let mut groups = Vec::new();
    for layer in order.into_iter().filter(|layer| wanted.is_empty() || wanted.iter().any(|name| name == layer)) {
        for group in recipe.composition.iter().filter(|group| group.layer == layer) {
            // a name of the recipe's own, as "barrel", is no region of the atlas: its layers are then known by their acronyms
            let own = group
                .region
                .as_deref()
                .filter(|query| !matches!(atlas.regions().find(query), Err(AtlasError::UnknownRegion { .. })));
            let query = own.map_or_else(|| format!("@(^|[^0-9])L?{layer}$"), str::to_owned);
            groups.push((group, RegionPart { layer: layer.to_owned(), query, dataset: group.dataset.clone() }));
        }
    }
    Ok(groups)
}

/// What a region asks for: densities times volumes, voxel by voxel where a dataset gives them.
pub(super) fn of_region<'r>(
    recipe: &'r Recipe,
    groups: &[(&'r CompositionGroup, RegionPart)],
    voxels: &VoxelRegion<'_>,
) -> Result<Vec<LayerDemand<'r>>, PlaceError> {
    let factor = recipe.manifest.as_ref().and_then(|manifest| manifest.place_cells.as_ref());
    let factor = factor.map_or(1.0, |place| place.density_factor);
    let demand = |(layer, span): (usize, &LayerSpan)| {
        let mut wanted = Vec::new();
        let mut has_voxels = false;
        for (part, (group, _)) in groups.iter().enumerate().filter(|(_, (group, _))| group.layer == span.layer) {
            debug_assert_eq!(voxels.parts()[part].layer, layer, "parts stand in the order of groups");
            let volume_um3 = voxels.parts()[part].volume_um3;
            has_voxels |= volume_um3 > 0.0;
            let n_cells = match voxels.cells_of_dataset(part, factor) {
                Some(n_cells) => n_cells,
                None if volume_um3 > 0.0 => density(group)? * volume_um3 * 1e-9 * factor,
                None => 0.0,
            };
            let is_excitatory = is_excitatory(recipe, group)?;
            wanted.push(GroupDemand { group, is_excitatory, weight: n_cells, parts: vec![part] });
        }
        let expected: f64 = wanted.iter().map(|group| group.weight).sum();
        match wanted.first() {
            // a layer that ends outside of the region has no cells in it; one inside must have some
            Some(first) if has_voxels && expected <= 0.0 => Err(zero_density(first.group)),
            _ => Ok(LayerDemand::new(&span.layer, expected, wanted)),
        }
    };
    voxels.layers().iter().enumerate().map(demand).collect()
}

fn zero_density(group: &CompositionGroup) -> PlaceError {
    PlaceError::ZeroDensity { layer: group.layer.clone(), file: group.at.file.clone(), line: group.at.line }
}

/// Cells per mm³.
fn density(group: &CompositionGroup) -> Result<f64, PlaceError> {
    group.density_per_mm3.filter(|density| density.is_finite() && *density >= 0.0).ok_or_else(|| {
        PlaceError::NoDensity {
            mtype: group.mtype.clone(),
            layer: group.layer.clone(),
            file: group.at.file.clone(),
            line: group.at.line,
        }
    })
}

fn is_excitatory(recipe: &Recipe, group: &CompositionGroup) -> Result<bool, PlaceError> {
    let taxon = recipe.taxonomy.get(&group.mtype).ok_or_else(|| PlaceError::UnknownMtype {
        mtype: group.mtype.clone(),
        nearest: nearest(&group.mtype, recipe.taxonomy.keys().map(String::as_str)).join(", "),
    })?;
    Ok(taxon.synapse_class == "EXC")
}
