using Spa.Interop.Loading;

namespace Spa.Interop.Tests.Loading;

/// <summary>The order and the places of the search, in an environment made for the test.</summary>
internal sealed class LibrarySearchTests
{
    private static readonly string[] s_names = ["libx.so.13", "libx.so.12"];

    private readonly Dictionary<string, string> _variables = [];
    private DirectoryInfo _folder = null!;

    [SetUp]
    public void MakeFolder()
    {
        if (OperatingSystem.IsWindows()) Assert.Ignore("the folders of the test are laid out as on Linux");
        _folder = Directory.CreateTempSubdirectory("spa-search-");
    }

    [TearDown]
    public void RemoveFolder() => _folder?.Delete(recursive: true);

    [Test]
    public void With_nothing_set_the_systems_search_comes_first()
    {
        Assert.That(Candidates().Take(2), Is.EqualTo(s_names));
    }

    [Test]
    public void A_variable_that_names_a_file_ends_the_search()
    {
        _variables["SPA_X"] = "mine.so";
        Assert.That(Candidates(), Is.EqualTo(["mine.so"]));
    }

    [Test]
    public void A_variable_may_name_a_folder()
    {
        _variables["SPA_X"] = _folder.FullName;
        Assert.That(Candidates(), Is.EqualTo(s_names.Select(name => Path.Combine(_folder.FullName, name))));
    }

    [Test]
    public void The_toolkit_of_CUDA_PATH_goes_before_the_systems_search()
    {
        string library = Put("lib64", "libx.so.12");
        _variables["CUDA_PATH"] = _folder.FullName;
        List<string> all = [.. Candidates()];
        Assert.That(all[0], Is.EqualTo(library));
        Assert.That(all, Does.Contain(Path.Combine(_folder.FullName, "targets/x86_64-linux/lib", "*")), "a place where nothing was is told");
        Assert.That(all.IndexOf("libx.so.13"), Is.GreaterThan(0));
    }

    [Test]
    public void Wheels_of_the_virtual_environment_are_found_newest_name_first()
    {
        string old = Put("lib/python3.12/site-packages/nvidia/a/lib", "libx.so.12"), recent = Put("lib/python3.12/site-packages/nvidia/cu13/lib", "libx.so.13");
        _variables["VIRTUAL_ENV"] = _folder.FullName;
        Assert.That(Candidates().TakeLast(2), Is.EqualTo([recent, old]));
    }

    [Test]
    public void Wheels_beside_a_python_on_PATH_are_found()
    {
        Put("bin", "python3");
        string library = Put("lib/python3.11/dist-packages/nvidia/cuda_x/lib", "libx.so.12");
        _variables["PATH"] = Path.Combine(_folder.FullName, "bin");
        Assert.That(Candidates().Last(), Is.EqualTo(library));
    }

    [Test]
    public void A_pattern_that_matched_nothing_is_reported_and_not_loaded()
    {
        NativeProbeResult result = NativeProbe.Find(["/no/such/folder/*"]);
        Assert.That(result.Tried, Is.EqualTo(["/no/such/folder/*"]));
        Assert.That(result.Description, Is.EqualTo("not found; tried /no/such/folder/*"));
    }

    [Test]
    public void A_library_that_is_refused_is_reported_with_the_reason()
    {
        NativeProbeResult result = NativeProbe.Find(["libc.so.6"], _ => "too old");
        Assert.That(result.IsFound, Is.False);
        Assert.That(result.Tried, Is.EqualTo(["libc.so.6 (too old)"]));
    }

    [Test]
    public void A_library_that_is_no_NVRTC_is_refused() => Assert.That(NativeLibraries.FindNvrtc("libc.so.6").Tried, Is.EqualTo(["libc.so.6 (it does not tell its version)"]));

    private IEnumerable<string> Candidates() => new LibrarySearch(_variables.GetValueOrDefault).Candidates("SPA_X", s_names);

    private string Put(string folder, string name)
    {
        string path = Path.Combine(_folder.CreateSubdirectory(folder).FullName, name);
        File.WriteAllText(path, "");
        return path;
    }
}
