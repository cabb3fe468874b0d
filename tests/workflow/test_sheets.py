"""Reading a sheet: what passes, and the message for each row that does not."""

from pathlib import Path

import pytest
from planning.corpus import demo_textures, find_sheet, list_folder, read_sheet, told_left_out

from texture_core.demo import demo_texture_names

CHECKOUT = Path(__file__).parents[2]
HEADER = "name\tclass\talso_class\ttitle\tfile\n"


def sheet(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "sheet.tsv"
    path.write_bytes(text.encode(encoding))
    return path


def the_problem(path):
    _, (problem,) = read_sheet(path)
    assert problem.startswith(f"{path}")
    return problem.removeprefix(f"{path}")


def test_a_sheet_gives_its_textures(tmp_path):
    path = sheet(
        tmp_path,
        "\ufefftitle\tname\tfile\tclass\tsection\r\n"
        '<b>Rain</b>, "heavy"\train-1\ta folder/norm ASE.wav\tother\tstationary\r\n\r\n'
        "Forêt\tforet\tforet.flac\tpitched\t\r\n",
    )
    textures, problems = read_sheet(path)
    assert problems == []
    assert [(t.name, t.class_name, t.also_class, t.title, t.file) for t in textures] == [
        ("rain-1", "other", "", '<b>Rain</b>, "heavy"', "a folder/norm ASE.wav"),
        ("foret", "pitched", "", "Forêt", "foret.flac"),
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "a b\tother\t\tT\tx.wav",
            ", row 2, column name: expected 1 to 180 letters, digits, _ and - only, found 'a b'; write a_b",
        ),
        ("a/b\tother\t\tT\tx.wav", "found 'a/b'; write a_b"),
        ("..\tother\t\tT\tx.wav", "column name: expected 1 to 180 letters"),
        ('"a"\tother\t\tT\tx.wav', "found '\"a\"'; write a"),
        ("\tother\t\tT\tx.wav", "column name: expected 1 to 180 letters, digits, _ and - only, found ''"),
        ("a\t\t\tT\tx.wav", "column class: expected a text of 1 to 60 characters, such as rhythmic, found ''"),
        (f"a\tother\t{'x' * 61}\tT\tx.wav", "column also_class: expected a text of at most 60 characters, or nothing"),
        ("a\tother\tother\tT\tx.wav", "column also_class: expected another class than class, found other in both"),
        ("a\tother\t\t\tx.wav", "column title: expected a text for readers, found ''"),
        ("a\tother\t\tT\t", "column file: expected a path inside corpus_dir"),
        ("a\tother\t\tT\t/etc/x.wav", "column file: expected a path inside corpus_dir, not absolute"),
        ("a\tother\t\tT\t../x.wav", "column file: expected a path inside corpus_dir"),
        ("a\tother\t\tT\tb/../../x.wav", "column file: expected a path inside corpus_dir"),
        ("a\tother\t\tT\tb/..", "column file: expected a path inside corpus_dir"),
        ("a\tother\t\tT\t{x}.wav", "column file: expected a path inside corpus_dir"),
        ("a\tother\t\tT", "row 2, column file: expected a value, found a row of 4 cells"),
        ("a\tother\t\tT\tx.wav\ty", "row 2: expected 5 cells, found 6; remove the others"),
        (
            "a\tother\t\tT\tx.wav\na\tother\t\tU\ty.wav",
            "row 3, column name: expected a unique name, found a, the same, as in row 2",
        ),
        (
            "a\tother\t\tT\tx.wav\nA\tother\t\tU\ty.wav",
            "found A, the same as a on file systems that ignore case, as in row 2",
        ),
    ],
)
def test_a_bad_row_is_told_with_its_place(tmp_path, row, expected):
    assert expected in the_problem(sheet(tmp_path, f"{HEADER}{row}\n"))


@pytest.mark.parametrize("file", ["..hidden.wav", "a..b/x.wav", "x y/...wav"])
def test_dots_in_names_are_no_way_out(tmp_path, file):
    textures, problems = read_sheet(sheet(tmp_path, f"{HEADER}a\tother\t\tT\t{file}\n"))
    assert problems == []
    assert textures[0].file == file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "",
            "row 1: expected the columns name, class, title and file, found no name, class, title or file among",
        ),
        (
            "name\ttitle\tfile\n",
            ", row 1: expected the columns name, class, title and file, found no class among name, title, file",
        ),
        ("name\n", "found no class, title or file among name"),
        ("name\tclass\ttitle\tfile\tclass\n", ", row 1: expected each column once, found class 2 times; remove one"),
        (HEADER, ": expected a row for each recording, found none below the header; add them"),
        (f"{HEADER}\n \t\n", ": expected a row for each recording, found none below the header; add them"),
    ],
)
def test_a_sheet_without_rows_or_columns(tmp_path, text, expected):
    assert expected in the_problem(sheet(tmp_path, text))


def test_a_sheet_in_another_encoding(tmp_path):
    problem = the_problem(sheet(tmp_path, f"{HEADER}a\tother\t\tForêt\tx.wav\n", encoding="latin-1"))
    assert problem == ", row 2: expected UTF-8, found byte 0xea; save it as UTF-8"


def test_all_rows_are_reported(tmp_path):
    path = sheet(tmp_path, f"{HEADER}a b\t\t\tT\tx.wav\nok\tother\t\tT\tx.wav\nc\tother\t\tT\t/y.wav\n")
    textures, problems = read_sheet(path)
    assert [texture.name for texture in textures] == ["ok"]
    places = [problem.removeprefix(f"{path}, ").partition(":")[0] for problem in problems]
    assert sorted(places) == ["row 2, column class", "row 2, column name", "row 4, column file"]


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_sheet_of_a_spreadsheet_program(tmp_path, separator):
    rows = [
        ["name", "class", "title", "file", "note"],
        ["rain", "forest", f'"Rain{separator} ""heavy"" and{separator}"', '"a, b/rain.wav"', ""],
        ["wind", "field; night" if separator == "," else "field, night", "Wind", "wind.wav", ""],
        ["bad name", "forest", "T", "x.wav", ""],
    ]
    path = sheet(tmp_path, "".join(separator.join(row) + "\r\n" for row in rows))
    textures, (problem,) = read_sheet(path)
    assert [(t.name, t.class_name, t.title, t.file) for t in textures] == [
        ("rain", "forest", f'Rain{separator} "heavy" and{separator}', "a, b/rain.wav"),
        ("wind", rows[2][1], "Wind", "wind.wav"),
    ]
    assert "row 4, column name: expected 1 to 180 letters" in problem


def test_a_header_by_tabs_may_hold_commas(tmp_path):
    textures, problems = read_sheet(sheet(tmp_path, "name\tclass\ttitle\tfile\ta,b,c,d,e\nx\ty\t1,2\tx.wav\n"))
    assert problems == []
    assert textures[0].title == "1,2"


def files(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def test_subfolders_are_classes(tmp_path, monkeypatch):
    folder = tmp_path / "sounds"
    files(
        folder,
        "Wind 1.wav",
        "forest/birds.WAV",
        "forest/at night/owl.flac",
        "city/birds.wav",
        ".trash/x.wav",
        "city/._a.wav",
    )
    files(folder, "memo.m4a", "forest/notes.txt", ".DS_Store", "results/sounds/default/audio/wind.wav")
    (folder / "forest/again").symlink_to(folder)
    monkeypatch.chdir(folder)
    textures, problems, left_out = list_folder(folder)
    assert problems == []
    assert [(t.name, t.class_name, t.title, t.file) for t in textures] == [
        ("Wind_1", "other", "Wind 1", "Wind 1.wav"),
        ("city_birds", "city", "birds", "city/birds.wav"),
        ("forest_birds", "forest", "birds", "forest/birds.WAV"),
        ("forest_at_night_owl", "forest/at night", "owl", "forest/at night/owl.flac"),
    ]
    assert told_left_out(folder, left_out) == (
        f"Left out of {folder}:\n"
        "  - memo.m4a: a format that libsndfile does not read; convert to WAV or FLAC\n"
        "  - forest/notes.txt: not audio by their endings; list those that are in a sheet"
    )


def test_what_is_left_out_is_told_in_short(tmp_path):
    files(tmp_path, "a.wav", *(f"{number}.txt" for number in range(9)))
    *_, left_out = list_folder(tmp_path)
    expected = "0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 4 more: not audio by their endings"
    assert expected in told_left_out(tmp_path, left_out)
    assert told_left_out(tmp_path, []) is None


def test_the_sheet_in_the_folder_comes_before_the_one_beside_it(tmp_path):
    folder = tmp_path / "sounds"
    folder.mkdir()
    assert find_sheet(folder) is None
    (tmp_path / "sounds.tsv").write_text(HEADER, encoding="utf-8")
    assert find_sheet(folder) == tmp_path / "sounds.tsv"
    (folder / "corpus.csv").write_text(HEADER, encoding="utf-8")
    assert find_sheet(folder) == folder / "corpus.csv"
    (folder / "corpus.tsv").write_text(HEADER, encoding="utf-8")
    assert find_sheet(folder) == folder / "corpus.tsv"


def test_the_demos_sheet_names_what_the_project_makes():
    textures, problems = demo_textures(CHECKOUT / "config/corpora/demo.tsv")
    assert problems == []
    assert {texture.name for texture in textures} <= set(demo_texture_names())


def test_the_studys_sheet_is_whole():
    textures, problems = read_sheet(CHECKOUT / "config/corpora/mcdermott168.tsv")
    assert problems == []
    classes = [texture.class_name for texture in textures]
    assert {name: classes.count(name) for name in set(classes)} == {"rhythmic": 27, "pitched": 10, "other": 131}
    assert sum(texture.also_class == "pitched" for texture in textures) == 3
