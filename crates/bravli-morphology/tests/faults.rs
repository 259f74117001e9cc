//! Each fault is named at its place; what is merely odd is read and named.

use bravli_morphology::{MAX_DEPTH, MorphologyErrorKind, Point, SomaShape, read_asc, read_morphology, read_swc};

#[track_caller]
fn refused(name: &str, text: &str, expected: &str) {
    let error = read_morphology(name, text.as_bytes()).map(|read| panic!("read: {read:?}")).unwrap_err();
    assert_eq!(error.to_string(), expected, "{text}");
    assert!(!error.kind.remedy().is_empty());
}

#[track_caller]
fn warned(name: &str, text: &str, expected: &[&str]) {
    let read = read_morphology(name, text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    let warnings: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(warnings, expected, "{text}");
}

const SOMA: &str = "1 1 0 0 0 1 -1\n";

#[test]
fn swc_faults_are_named_at_their_place() {
    let swc = |rest: &str, expected: &str| refused("c.swc", &format!("{SOMA}{rest}"), &format!("c.swc:{expected}"));
    swc("2 3 abc 1 0 1 1", "2:5: expected a finite number, got \"abc\"");
    swc("2 3 nan 1 0 1 1", "2:5: expected a finite number, got \"nan\"");
    swc("2 3 0 1e50 0 1 1", "2:7: expected a finite number, got \"1e50\"");
    swc("2 3 0 1 0 2e38 1", "2:11: expected a finite number, got \"2e38\"");
    swc("2.0 3 0 1 0 1 1", "2:1: expected a whole number of zero or more, got \"2.0\"");
    swc("-2 3 0 1 0 1 1", "2:1: expected a whole number of zero or more, got \"-2\"");
    swc("2,3,0,1,0,1,1", "2:1: 1 columns, expected: id type x y z radius parent");
    swc("2 20 0 1 0 1 1", "2:3: unknown type 20, expected 0 to 19");
    swc("2 3 0 1 0 1 9", "2: parent 9 is not in the file");
    swc("2 3 0 1 0 1 2", "2: sample 2 is its own parent");
    swc("2 3 0 1 0 1 -7", "2: parent -7 is not in the file");
    swc("2 3 0 1 0 1 3\n3 3 0 2 0 1 2", "2: sample 2 leads to no root: its ancestors form a cycle");
    swc("2 3 0 1 0 1 1\n2 3 0 2 0 1 1", "3: id 2 is taken by line 2");
    swc("2 3 0 1 0 1 1\n3 1 0 2 0 1 2", "3: a soma sample grows from a neurite");
    swc("2 1 1 0 0 1 1\n3 1 2 0 0 1 2\n4 1 2 1 0 1 2", "2: the soma branches here; only a soma of three samples may");
    swc(
        "2 3 0 1 0 1 1\n3 3 0 2 0 1 2\n4 2 0 3 0 1 3",
        "4: the type changes from basal dendrite to axon without a branching",
    );
    refused("c.swc", "# nothing\n\n", "c.swc: no point of a soma or a neurite");
    refused("c.txt", SOMA, "c.txt: unknown ending \"txt\", expected asc or swc");
}

#[test]
fn swc_lines_may_come_in_any_order_and_any_line_end() {
    let sorted = "1 1 0 0 0 1 -1\n2 3 0 1 0 1 1\n3 3 0 2 0 1 2\n4 3 0 3 0 1 2\n";
    let expected = read_swc("c.swc", sorted.as_bytes()).unwrap();
    assert_eq!(expected.morphology.n_sections(), 3);
    let unsorted = "3 3 0 2 0 1 2\n4 3 0 3 0 1 2\n2 3 0 1 0 1 1\n1 1 0 0 0 1 -1\n";
    for text in
        [unsorted.to_owned(), sorted.replace('\n', "\r\n"), sorted.replace('\n', "\r"), format!("\u{feff}{sorted}")]
    {
        assert_eq!(read_swc("c.swc", text.as_bytes()).unwrap(), expected, "{text:?}");
    }
}

#[test]
fn swc_oddities_are_told() {
    let end = "5 3 5 5 5 1 1\n6 3 6 6 6 1 5\n";
    warned("c.swc", &format!("{SOMA}{end}"), &[]);
    let odd = "c.swc:1: a soma of three samples whose second and third are not one radius from the first, either way";
    warned("c.swc", &format!("{SOMA}2 1 0 3 0 1 1\n3 1 0 4 0 1 1\n{end}"), &[odd]);
    warned("c.swc", &format!("{SOMA}2 1 0 1 0 1 1\n3 1 0 -1 0 1 1\n{end}"), &[]);
    let zero = "c.swc:2:11: 2 points with a diameter of zero or less, the first here";
    warned("c.swc", &format!("{SOMA}2 3 1 1 0 -1 1\n3 3 1 1 1 0 2"), &[zero]);
    let extra = "c.swc:2:15: 1 lines with more than seven columns, the first here; the rest is ignored";
    warned("c.swc", &format!("{SOMA}5 3 5 5 5 1 1 77\n6 3 6 6 6 1 5"), &[extra]);
    let cell = read_swc("c.swc", b"1 1 0 0 0 1 -1\n2 1 0 1 0 1 1\n").unwrap().morphology;
    assert_eq!((cell.soma().shape, cell.n_sections()), (SomaShape::Cylinders, 0));
}

#[test]
fn asc_faults_are_named_at_their_place() {
    let asc = |text: &str, expected: &str| refused("c.asc", text, &format!("c.asc:{expected}"));
    asc("((Axon) (0 0 0) (0 0 1 1))", "1:15: expected a finite number: a point is (x y z diameter), got \")\"");
    asc("((Axon) (0 0 x 1))", "1:14: expected a finite number: a point is (x y z diameter), got \"x\"");
    asc("((Axon) (0, 0, 0, 1))", "1:11: expected a finite number: a point is (x y z diameter), got \",\"");
    asc("((Axon) (0 0 0 1 7))", "1:18: expected the end of the point, got \"7\"");
    asc("((Axon) (0 0 0 1)\n (0 0 1 1)", "1:1: the file ends inside what opens here");
    asc("((Axon) (0 0 0 1) (Name \"a) )\n)", "1:25: a quoted text does not end on its line");
    asc("((Axon) (0 0 0 1) ())", "1:19: a branch without a point");
    asc("((Axon) (0 0 0 1) ( | ))", "1:19: a branch without a point");
    asc("((Axon) ((0 0 0 1) (0 0 1 1)))", "1:9: expected a point before the first branch, got \"(\"");
    asc("((Axon) (0 0 0 1) | (0 0 1 1))", "1:19: expected a point, a branch or ), got \"|\"");
    asc("((Axon) (0 0 0 1) ((0 0 2 1) | (0 0 3 1)) (0 0 4 1))", "1:43: a point after the branches of its section");
    asc("((Axon) (0 0 0 1) High (0 0 2 1))", "1:24: \"High\" ends a branch, but more of it follows");
    let inside = "a type inside a neurite; the whole neurite has the type it starts with";
    asc("((Axon) (0 0 0 1) ((Apical) (0 0 2 1)))", &format!("1:20: {inside}"));
    asc("((Axon) (0 0 0 1)\n (Dendrite) (0 0 1 1))", &format!("2:2: {inside}"));
    let soma = "(\"CellBody\" (CellBody) (0 0 0 1) (1 0 0 1))\n";
    asc(&format!("{soma}{soma}"), "2:1: a second soma; the first is in line 1");
    asc("", " no point of a soma or a neurite");
    asc("hello", " no point of a soma or a neurite");
    asc("((Axon) (0 0 0 1) <(1 1 1 1))", "1:29: expected the end of a spine, got \")\"");
}

#[test]
fn what_belongs_to_no_section_is_skipped() {
    let text = "; a comment (with brackets\n(Thumbnail (Cols 1) (00 01 0a))\n(ImageCoords)\n\
        ((Color RGB (1, 2, 3)) (1 2 3) \"a text (\")\n(\"pia\" (Closed) (1 2 3 4))\n\
        (\"CellBody\" (Color Red) (0 0 0 1) (1 0 0 1))\n\
        ((Dendrite) (Set \"a\") (0 0 0 1 S1) <(1 1 1 0)> (Dot (Color Red) (Name \"b\") (1 2 3 4)) (0 0 1 1)\n\
          ( <(1 1 1)> (0 0 2 1) (Cross (5 5 5 5)) Normal | (0 0 1 1) (0 0 3 1) High ) )";
    let read = read_asc("c.asc", text.as_bytes()).unwrap();
    assert_eq!(read.warnings, []);
    let cell = read.morphology;
    assert_eq!((cell.soma().shape, cell.soma().points.len()), (SomaShape::Contour, 2));
    let at = |z_um, diameter_um| Point { z_um, diameter_um, ..Point::default() };
    let points: Vec<_> = cell.sections().iter().map(|section| section.points.clone()).collect();
    assert_eq!(
        points,
        [vec![at(0.0, 1.0), at(1.0, 1.0)], vec![at(1.0, 1.0), at(2.0, 1.0)], vec![at(1.0, 1.0), at(3.0, 1.0)]]
    );
}

#[test]
fn asc_oddities_are_told() {
    let soma = "(\"CellBody\" (0 0 0 0) (1 0 0 0))\n";
    let told =
        |text: &str, expected: &str| warned("c.asc", &format!("{soma}{text}"), &[&format!("c.asc:2:{expected}")]);
    told("((Axon) (0 0 0 1) (0 0 1 1)))", "29: a closing bracket that closes nothing");
    told("((Color Red) (0 0 0 1) (0 0 1 1))", "1: a block of points without a known type is skipped");
    told("((Axon) (Dendrite) (0 0 0 1))", "9: a neurite with two types; the last, basal dendrite, is taken");
    told("((Axon) (0 0 0 1) (0 0 1 0))", "9: 1 points with a diameter of zero or less, the first here");
    warned(
        "c.asc",
        &format!("{soma}((Axon) (0 0 0 1) (0 0 1 1) ((0 0 1 2) | (0 0 3 1)))"),
        &[
            "c.asc:2:9: 1 sections with a single child, the first here; both are kept",
            "c.asc:2:30: a branch that only repeats the last point of its parent is left out",
        ],
    );
}

#[test]
fn depth_has_a_limit_and_no_recursion() {
    let nested =
        |n: usize| format!("((Axon) {}{}", "(0 0 0 1) (".repeat(n), "(0 0 1 1)".to_owned() + &")".repeat(n + 1));
    let read = read_asc("c.asc", nested(MAX_DEPTH - 1).as_bytes()).unwrap();
    assert!(read.morphology.n_sections() > MAX_DEPTH / 2);
    let error = read_asc("c.asc", nested(MAX_DEPTH).as_bytes()).unwrap_err();
    assert_eq!(error.kind, MorphologyErrorKind::TooDeep);
    // brackets that are skipped are only counted
    read_asc("c.asc", &b"(".repeat(1_000_000)).unwrap_err();
    // a chain of samples as long as a file may hold is walked, not recursed into
    let chain: String = (2..200_000).map(|id| format!("{id} {} 0 0 {id} 1 {}\n", 2 + id % 2, id - 1)).collect();
    read_swc("c.swc", format!("{SOMA}{chain}").as_bytes()).unwrap_err();
}
