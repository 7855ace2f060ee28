"""Windows' errors: by number, in its languages, and in words whose characters were damaged on the way."""

from __future__ import annotations

import pytest

from tests.support.logs import codes, first, read, verdict
from wontload.diagnosis.log.judging import diagnose_log
from wontload.knowledge.messages import number_meanings
from wontload.knowledge.tables import table

WORDS = [(row["number"], text) for row in table("messages/words/windows")["words"] for text in row["texts"]]
ORIGINS = {  # a code page of Windows, and texts that are written in it
    "cp1252": "Le module spécifié est introuvable.",
    "cp850": "Não foi possível encontrar o módulo especificado.",
    "cp936": "找不到指定的模块。",
    "cp950": "找不到指定的模組。",
    "cp932": "指定されたモジュールが見つかりません。",
    "cp949": "지정된 모듈을 찾을 수 없습니다.",
    "cp1251": "Не найден указанный модуль.",
    "cp866": "Не найден указанный модуль.",
    "cp1250": "Nie można odnaleźć określonego modułu.",
    "cp1254": "Belirtilen modül bulunamadı.",
}


def numbers(text: str | bytes) -> list[int]:
    answer = read(text) if isinstance(text, str) else diagnose_log(text)
    return [one.meaning.number for one in answer.numbers]


ENTRY = "The procedure entry point {symbol} could not be located in the dynamic link library {dll}."
ODD = ("undetermined", "WL206")


@pytest.mark.parametrize(("number", "words"), WORDS, ids=str)
def test_words_of_every_language(number, words):
    answer = read(f"ImportError: DLL load failed while importing _odd: {words}.")
    assert [one.meaning.number for one in answer.numbers] == [number]
    assert answer.findings[0].code == number_meanings()[number].code
    assert answer.numbers[0].module == "_odd"


OF_WINE = [(row["number"], row["text"]) for row in table("messages/words/windows")["behind_dll_load_failed"]]


@pytest.mark.parametrize(("number", "words"), OF_WINE, ids=str)
def test_words_of_wine_count_where_python_passes_them_on(number, words):
    assert numbers(f"ImportError: DLL load failed while importing _odd: {words}") == [number]
    assert numbers(f"ERROR in ./odd.js: {words}") == []


def test_without_any_words_the_file_itself_may_be_at_fault():
    text = "ImportError: DLL load failed while importing _odd"
    assert verdict(text) == ("undetermined", "WL201")
    assert {"WL202", "WL102", "WL103", "WL104"} <= set(codes(text))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The application was unable to start correctly (0xc0000022).", "WL105"),
        ("odd.dll Bad Image: error status 0xc000012f.", "WL102"),
        ("The colour is 0xc0000f0.", "WL903"),
        # A zero too few or too many, as of somebody who typed it.
        ("The application was unable to start correctly (0xc00007b).", "WL103"),
        ("The application was unable to start correctly (0xc000000007b).", "WL103"),
        ("It ends with 0xc000005 at once.", "WL605"),
        ("The colour is 0xc000.", "WL903"),
    ],
)
def test_what_windows_ends_a_start_with(text, code):
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    "text",
    [
        "C:\\odd\\odd.dll is either not designed to run on Windows or it contains an error. Error status 0xc0e90002.",
        "odd.exe exited with code 3236495362",
        "odd.exe exited with code -1058471934",
    ],
)
def test_a_bad_image_that_a_control_policy_refused(text):
    assert verdict(text) == ("fails", "WL105")


@pytest.mark.parametrize(
    ("loaded", "code"),
    [
        ('File "C:\\odd\\site-packages\\torch\\_ops.py", line 643, in load_library\n    ctypes.CDLL(path)', "WL304"),
        ('File "C:\\odd\\site-packages\\odd\\_ops.py", line 643, in load_library\n    ctypes.CDLL(path)', "WL206"),
    ],
)
def test_operators_that_torch_loads_are_of_another_torch(loaded, code):
    text = f"Traceback (most recent call last):\n  {loaded}\nOSError: [WinError 127] Odd"
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize("page", ORIGINS)
def test_bytes_of_a_code_page(page):
    data = f"ImportError: DLL load failed while importing _odd: {ORIGINS[page]}".encode(page)
    assert numbers(data) == [126]


@pytest.mark.parametrize("page", ORIGINS)
@pytest.mark.parametrize("read_as", ["latin-1", "cp1252", "cp437"])
def test_words_that_were_read_in_the_wrong_code_page(page, read_as):
    damaged = ORIGINS[page].encode(page).decode(read_as, "replace")
    assert numbers(f"ImportError: DLL load failed while importing _odd: {damaged}") == [126], damaged


@pytest.mark.parametrize("page", ["cp1252", "cp936", "cp1251"])
def test_utf_8_that_was_read_as_something_else(page):
    damaged = "找不到指定的模块。".encode().decode(page, "replace")
    assert numbers(f"DLL load failed: {damaged}") == [126], damaged


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("OSError: [WinError 126] egal", 126),
        ("WindowsError: [Error 193] %1 egal", 193),
        ('LoadLibrary failed with error 126 "" when trying to load "C:\\a\\odd.dll"', 126),
        ("Unable to load DLL 'odd.dll': egal (0x8007007E)", 126),
        ("[WinError -1073741795] Windows Error 0xc000001d", 0xC000001D),
        ("process exited with exit code -1073741819", 0xC0000005),
        ("Process finished with exit code -1073741819 (0xC0000005)", 0xC0000005),
        ("python.exe ended with 3221225781", 0xC0000135),
        ("The application was unable to start correctly (0xc000007b).", 0xC000007B),
        ("container exited with code 132", 0xC000001D),
        ("Command died, exit status -11", 0xC0000005),
        ("LoadLibrary: Fehler 127: die angegebene Prozedur", 127),
        ("OSError: [WinError 1392] egal: 'C:\\odd\\odd.dll'", 1392),
        ("[WinError 1920] egal", 1920),
        ("Windows 0x7e error, cffi does not load odd.dll", 126),
        ("ImportError: DLL load failed: The specified path is invalid.", 161),
        # `%1` and Win32 are in the words of every language.
        ("ImportError: DLL load failed while importing _odd: %1 odder een Win32-oddprogramma.", 193),
        ("ImportError: DLL load failed: Den odda Win32-filen %1 er odd.", 193),
        # Chinese has no blanks at which a line would be broken.
        ("ImportError: DLL load failed while importing _odd: 找不到指定的模\n块。", 126),
    ],
)
def test_numbers_in_every_notation(text, number):
    assert number in numbers(text)


@pytest.mark.parametrize(
    "text",
    [
        "ImportError: DLL load failed while importing _odd: the odd %1 is gone",
        "a Win32 program with %1",
        "找不到指\n\n定的模块",
    ],
)
def test_what_is_not_windows_words(text):
    assert numbers(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (
            "Failed to load Python DLL 'C:\\odd\\python39.dll'.\nLoadLibrary: Le module spécifié est introuvable",
            "WL307",
        ),
        (
            "Failed to load Python DLL 'C:\\odd\\python38.dll'.\nLoadLibrary: Le module spécifié est introuvable",
            "WL201",
        ),
    ],
)
def test_a_python_that_is_too_new_for_windows_7(text, code):
    assert verdict(f"I have Windows 7.\n{text}") == ("undetermined", code)
    assert verdict(f"I have Windows 10.\n{text}") == ("undetermined", "WL201")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("It was made with Python 3.11, and does not start: 0xc000007b", "WL307"),
        ("It was made with Python 3.8, and does not start: 0xc000007b", "WL103"),
        (
            "Failed to load Python DLL 'C:\\odd\\python312.dll'.\nLoadLibrary: The parameter is incorrect.",
            "WL307",
        ),
    ],
)
def test_what_a_program_with_a_newer_python_says_on_windows_7(text, code):
    assert verdict(f"I have Windows 7.\n{text}") == ("undetermined", code)
    assert codes(f"I have Windows 11.\n{text}")[0] != "WL307"


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        ("I see that odd.dll was deleted.", "WL101"),
        ("`odd.dll` does not exist.", "WL101"),
        ("Was odd.dll deleted?", "WL201"),
        ("other_odd.dll was deleted.", "WL201"),
    ],
)
def test_a_dll_of_which_somebody_says_that_it_is_gone(remark, code):
    text = NOT_FOUND.format("C:\\odd\\odd.dll")
    assert verdict(f"{text}\n{remark}") == ("undetermined", code)


def test_a_build_that_an_antivirus_took_from_distutils():
    text = "error: could not open 'build\\odd\\run.exe': {}"
    assert verdict(text.format("Invalid argument")) == ("undetermined", "WL105")
    assert verdict(text.format("No space left on device"))[1] != "WL105"


def test_an_assembly_is_named_by_the_event_log_alone():
    text = "OSError: [WinError 14001] It did not start because its side-by-side configuration is incorrect"
    assert verdict(text) == ("undetermined", "WL201")
    assert {"WL305", "WL209", "WL102"} <= set(codes(text))


@pytest.mark.parametrize(
    ("remark", "code"),
    [("Downgraded to Python 3.7 from 3.8, and it is gone.", "WL202"), ("Downgraded to odd 3.7.", "WL201")],
)
def test_a_message_that_was_cut_off_before_windows_words(remark, code):
    assert verdict(f"`ImportError: DLL load failed while importing _odd`.\n{remark}") == ("undetermined", code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I got an error about a missing .dll, OddCore.dll, and then another one.", "WL201"),
        ("It is about the missing DLL file `odd-1.dll`", "WL201"),
        ("fix: missing `odd2.dll` in the standalone folder", "WL201"),
        ("WARNING: not found odd3.dll", "WL201"),
        ("odd.dll is a DLL, and nothing is missing.", "WL903"),
        ("Is a missing comma in odd.dll.config bad?", "WL903"),
    ],
)
def test_a_dll_of_which_somebody_says_that_it_is_missing(text, code):
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    "reason",
    [
        "An Application Control policy has blocked this file.",
        "This program is blocked by group policy. For more information, contact your system administrator.",
        "odd.dll was blocked by your administrator",
    ],
)
def test_a_policy_that_blocks_a_file(reason):
    assert verdict(f"ImportError: DLL load failed while importing _odd: {reason}") == ("fails", "WL105")


def test_a_file_that_was_refused_tells_more_than_the_names_that_were_not_found():
    text = "OSError: [WinError 126] egal: 'odd-1.dll'\nOSError: [WinError 193] egal: 'C:\\odd\\odd-2.dll'"
    assert codes(text)[0] == "WL103"


def test_one_number_is_told_once_with_what_it_is_about():
    text = (
        'OSError: [WinError 1114] A dynamic link library (DLL) initialization routine failed. Error loading '
        '"C:\\v\\Lib\\site-packages\\odd\\lib\\c10.dll" or one of its dependencies.'
    )  # fmt: skip
    answer = read(text)
    assert [(one.meaning.number, one.file) for one in answer.numbers] == [
        (1114, "C:\\v\\Lib\\site-packages\\odd\\lib\\c10.dll")
    ]
    assert (answer.findings[0].code, answer.findings[0].subject) == ("WL601", "c10.dll")


def test_the_message_of_ctypes_does_not_decide():
    answer = read("FileNotFoundError: Could not find module 'C:\\v\\Lib\\site-packages\\llama_cpp\\lib\\llama.dll' "
                  "(or one of its dependencies). Try using the full path with constructor syntax.")  # fmt: skip
    assert (answer.verdict, [one.code for one in answer.findings][:2]) == ("undetermined", ["WL201", "WL202"])
    assert not any(one.explains_error for one in answer.findings)
    assert answer.would_settle[0].startswith("Run wontload llama_cpp on ")
    assert "wontload snapshot llama_cpp -o box.json" in answer.would_settle[1]


def test_unknown_words_leave_the_question_open():
    assert verdict("ImportError: DLL load failed while importing _odd: Ei löydy.") == ("undetermined", "WL201")


def test_a_library_of_linux_on_windows_is_known_by_its_name():
    text = "OSError: [WinError 193] egal: 'C:\\v\\Lib\\site-packages\\odd\\libodd.so'"
    assert verdict(text) == ("fails", "WL104")


def test_a_directory_that_is_not_there():
    text = "FileNotFoundError: [WinError 3] egal: 'C:\\Program Files\\CUDA\\v11.2\\bin'"
    found = first(text)
    assert (found.code, found.explains_error) == ("WL208", True)


DIALOGS = [
    "The code execution cannot proceed because ODD140.dll was not found.",
    "The program can't start because ODD140.dll is missing from your computer.",
    "Die Ausführung des Codes kann nicht fortgesetzt werden, da ODD140.dll nicht gefunden wurde.",
    "由于找不到 ODD140.dll，无法继续执行代码。重新安装程序可能会解决此问题。",
    "Impossible de démarrer le programme car il manque ODD140.dll sur votre ordinateur.",
    "El programa no puede iniciarse porque falta ODD140.dll en el equipo.",
    "O programa não pode ser iniciado porque ODD140.dll está ausente do seu computador.",
    "Nie można uruchomić programu, ponieważ na komputerze brakuje pliku ODD140.dll.",
    "Das Programm kann nicht gestartet werden, da `ODD140.dll` auf dem Computer fehlt.",
    "コンピューターに ODD140.dll がないため、プログラムを開始できません。",
    "無法啟動程式，因為您的電腦遺失 ODD140.dll。",
    "It says **ODD140.dll** is missing from your computer.",
    "ODD140.dll が見つからないため、コードの実行を続行できません。",
    "Не удается продолжить выполнение кода, поскольку система не обнаружила ODD140.dll.",
]


@pytest.mark.parametrize("text", DIALOGS, ids=lambda text: text[:12])
def test_dialogs_name_the_file(text):
    found = first(text)
    assert (found.code, found.subject, found.explains_error) == ("WL201", "ODD140.dll", True)


@pytest.mark.parametrize(
    ("module", "code"),
    [("win32api", "WL202"), ("pywintypes", "WL202"), ("ibm_db", "WL202"), ("odd_native", "WL201"), ("numpy", "WL201")],
)
def test_a_package_that_keeps_its_dlls_in_a_directory_of_its_own_is_one_that_was_not_searched(module, code):
    text = f"ImportError: DLL load failed while importing {module}: The specified module could not be found."
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        # Which DLL lacks what function says whose it is.
        (ENTRY.format(symbol="odd_open", dll="libodd.dll"), ("undetermined", "WL206")),
        (ENTRY.format(symbol="GetOddForWindow", dll="KERNEL32.dll"), ("fails", "WL307")),
        (ENTRY.format(symbol="__odd_at_exit", dll="C:\\odd\\MSVCP140.dll"), ("fails", "WL305")),
        (ENTRY.format(symbol="?odd@_Facet@std@@QEAAXXZ", dll="C:\\odd\\_odd.pyd"), ("fails", "WL305")),
        (ENTRY.format(symbol="PyOdd_New", dll="C:\\odd\\_odd.pyd"), ("fails", "WL501")),
        (ENTRY.format(symbol="?size@Tensor@at@@QEBAXXZ", dll="C:\\odd\\_C.pyd"), ("fails", "WL304")),
        (ENTRY.format(symbol="ucrtbase.odd_terminate", dll="api-ms-win-crt-odd-l1-1-0.dll"), ("undetermined", "WL305")),
        # The same dialog in other languages.
        ('Der Prozedureinsprungpunkt "odd_open" wurde in der DLL "C:\\odd\\odd.dll" nicht gefunden.', ODD),
        (
            "Le point d'entrée de procédure odd_open est introuvable dans la bibliothèque de liens dynamiques odd.dll.",
            ODD,
        ),
        (
            "No se encuentra el punto de entrada del procedimiento odd_open en la biblioteca de vínculos dinámicos "
            "odd.dll.",
            ODD,
        ),
        (
            "Não foi possível localizar o ponto de entrada do procedimento odd_open na biblioteca de vínculo dinâmico "
            "odd.dll.",
            ODD,
        ),
        ("无法定位程序输入点 odd_open 于动态链接库 C:\\odd\\odd.dll 上。", ODD),
        ("无法定位程序输入点GetOdd于动态链接库 KERNEL32.dll 上。", ("fails", "WL307")),
        ("Точка входа в процедуру odd_open не найдена в библиотеке DLL odd.dll.", ODD),
        (
            "プロシージャ エントリ ポイント odd_open がダイナミック リンク ライブラリ odd.dll から"
            "見つかりませんでした。",
            ODD,
        ),
        ("프로시저 시작 지점 odd_open을(를) DLL odd.dll에서 찾을 수 없습니다.", ODD),
        ("Nie znaleziono punktu wejścia procedury odd_open w bibliotece dołączanej dynamicznie odd.dll.", ODD),
    ],
)
def test_a_function_that_a_dialog_misses(text, answer):
    assert verdict(text) == answer


NOT_FOUND = "FileNotFoundError: Could not find module '{}' (or one of its dependencies). Try using the full path"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # By name, Python 3.8 and newer search neither PATH nor the working directory.
        (NOT_FOUND.format("odd.dll"), "WL202"),
        (NOT_FOUND.format("C:\\odd\\odd.dll"), "WL201"),
        (NOT_FOUND.format("C:\\odd\\odd.dll") + "\nWith Python 3.7 it works.", "WL202"),
        (NOT_FOUND.format("C:\\odd\\odd.dll") + "\nThis happens on Python 3.8 and 3.9 only.", "WL202"),
        (NOT_FOUND.format("C:\\odd\\odd.dll") + "\nIt fails with Python 3.8 and newer.", "WL202"),
        (NOT_FOUND.format("C:\\odd\\odd.dll") + "\nIt needs Python 3.8 and newer.", "WL201"),
        ("OSError: [WinError 126] The specified module could not be found\nno problem in python 3.7", "WL202"),
        ("OSError: [WinError 126] The specified module could not be found\nPython 3.7.4 on Windows", "WL201"),
    ],
)
def test_what_newer_pythons_do_not_search(text, code):
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("module", "code"), [("_ssl", "WL202"), ("pyexpat", "WL202"), ("_sqlite3", "WL202"), ("_odd", "WL201")]
)
def test_modules_of_python_itself_have_their_dlls_in_condas_folders(module, code):
    text = f"ImportError: DLL load failed while importing {module}: The specified module could not be found."
    assert verdict(text) == ("undetermined", code)


def test_condas_openssl_is_there_and_not_the_one_that_is_found():
    text = 'SSLError("Can\'t connect to HTTPS URL because the SSL module is not available.")'
    assert verdict("CondaHTTPError: HTTP 000 CONNECTION FAILED " + text) == ("undetermined", "WL202")
    assert verdict(text) == ("undetermined", "WL504")


NO_MODULE = "ImportError: DLL load failed while importing odd: The specified module could not be found.\n"
CFFI = "OSError: cannot load library 'odd.dll':"
NO_PROCEDURE = "ImportError: DLL load failed while importing odd: The specified procedure could not be found.\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (NO_MODULE, "WL201"),
        (NO_MODULE + "It loads with CONDA_DLL_SEARCH_MODIFICATION_ENABLE=1.", "WL203"),
        (NO_MODULE + "> It loads with CONDA_DLL_SEARCH_MODIFICATION_ENABLE=1.", "WL201"),
        (NO_MODULE + "That is so even with its folder added by os.add_dll_directory.", "WL203"),
        (NO_MODULE + "Although I added it to PYTHONPATH.", "WL203"),
        (NO_MODULE + "PYTHONPATH is empty.", "WL201"),
        ('odd = ctypes.WinDLL("odd")\nOSError: [WinError 126] The specified module could not be found', "WL202"),
        ("odd = ctypes.WinDLL(path)\nOSError: [WinError 126] The specified module could not be found", "WL201"),
        # cffi did not ask for what was added until 1.17.
        (f"os.add_dll_directory(bin_dir)\nffi.dlopen(name)\n{CFFI} error 0x7e", "WL203"),
        (f"os.environ['PATH'] += bin_dir\nffi.dlopen(name)\n{CFFI} error 0x7e", "WL201"),
        ("os.add_dll_directory(bin_dir)\n" + NO_MODULE, "WL201"),
        (NO_PROCEDURE, "WL206"),
        (NO_PROCEDURE + "OS: Windows 7 SP1", "WL307"),
        (NO_PROCEDURE + "Microsoft Windows [Version 6.1.7601]", "WL307"),
        (NO_PROCEDURE + "It works on Windows 7, and not on Windows 11.", "WL206"),
    ],
)
def test_what_the_text_says_of_a_dll_that_was_not_taken(text, code):
    assert verdict(text) == ("undetermined", code)


PARAMETER = "ImportError: DLL load failed while importing {}: The parameter is incorrect.\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # A path that does not begin at the drive, where Windows wants a full one.
        (PARAMETER.format("odd"), "WL202"),
        ("OSError: [WinError 87] egal: '..\\odd'", "WL202"),
        # Without the flags no module loads, Python's own the first.
        (PARAMETER.format("_ctypes"), "WL307"),
        (PARAMETER.format("odd") + "OS: Windows 7 SP1", "WL307"),
        # What a package adds is not a full path.
        ("    os.add_dll_directory(path)\nOSError: [WinError 87] egal: '.'", "WL208"),
    ],
)
def test_a_parameter_that_windows_refuses(text, code):
    assert verdict(text) == ("undetermined", code)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("libiconv.dll", "WL201"),
        ("C:\\v\\Lib\\site-packages\\pyzbar\\libzbar-64.dll", "WL201"),
        ("libodd.dll", "WL202"),
    ],
)
def test_dlls_of_pyzbar_want_the_runtime_of_2013(file, code):
    text = NOT_FOUND.format(file)
    assert verdict(text) == ("undetermined", code)
    assert ("msvcr120.dll" in first(text).title) == (code == "WL201")


REPORT = "Problem Event Name:\tAPPCRASH\nFault Module Name:\t{}\nException Code:\t{}\nOS Version:\t{}\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (REPORT.format("odd.dll", "c0000005", "10.0.19045.2"), ("undetermined", "WL605")),
        (REPORT.format("odd.dll", "c000001d", "10.0.19045.2"), ("fails", "WL401")),
        (REPORT.format("python39.dll", "c0000005", "6.1.7601.2"), ("undetermined", "WL307")),
        (REPORT.format("python38.dll", "c0000005", "6.1.7601.2"), ("undetermined", "WL605")),
        ("Name des fehlerhaften Moduls: odd.dll, Version: 1.0\nAusnahmecode: 0xc0000005", ("undetermined", "WL605")),
        ("Nombre del módulo con errores:\todd.dll\nCódigo de excepción:\tc000001d", ("fails", "WL401")),
    ],
)
def test_windows_own_report_of_a_crash(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        ("It works fine on two other PCs.", "WL305"),
        ("The same runs on another Windows machine.", "WL305"),
        ("It works on my machine with other data.", "WL605"),
    ],
)
def test_a_crash_on_one_of_several_computers(remark, code):
    assert verdict(f"Windows fatal exception: access violation\n{remark}") == ("undetermined", code)


def test_the_universal_c_runtime_is_brought_to_older_windows():
    text = "The program can't start because {} is missing from your computer."
    assert verdict(text.format("api-ms-win-crt-odd-l1-1-0.dll")) == ("undetermined", "WL307")
    assert "WL201" in codes(text.format("api-ms-win-crt-odd-l1-1-0.dll"))
    assert verdict(text.format("api-ms-win-core-odd-l1-1-0.dll")) == ("fails", "WL307")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It won't run. Error api-ms-win-core-path-l1-1-0.dll", ("undetermined", "WL307")),
        (
            "Запуск программы невозможен, так как на компьютере отсутствует "
            "\u0430\u0440\u0456-ms-win-core-path-l1-1-0.dll.",
            ("fails", "WL307"),
        ),
        ('"procedure entry point PssQuery Snapshot not found in the library DLL KERNEL32.dll', ("fails", "WL307")),
    ],
)
def test_a_part_of_newer_windows_as_people_write_it(text, answer):
    assert verdict(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "  Installing build dependencies ... error",
        "Getting requirements to build wheel ... error",
        "  Preparing metadata (pyproject.toml) ... error",
        "  Building wheel for odd (setup.py): finished with status 'error'",
    ],
)
def test_pip_s_steps_in_a_terminal_and_elsewhere(text):
    assert verdict(text) == ("undetermined", "WL505")
