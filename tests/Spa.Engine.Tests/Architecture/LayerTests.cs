using System.Text.RegularExpressions;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Architecture;

/// <summary>Imports go one way: a folder of the engine names only folders below it (docs/architecture.md).</summary>
internal sealed partial class LayerTests
{
    // Lowest first; folders of one line may not name each other.
    private static readonly string[][] s_layers =
    [
        ["Compute", "Configuration"],
        ["Formats", "Text"],
        ["Data", "Models"],
        ["Preference", "Generation"],
        ["Training"],
        ["Evaluation", "Reporting"],
        ["Pipeline"],
    ];

    private static string Engine => Path.Combine(Fixtures.Root, "src", "Spa.Engine");

    [Test]
    public void Every_folder_of_the_engine_has_a_layer()
    {
        IEnumerable<string> folders = Directory.GetDirectories(Engine).Select(d => Path.GetFileName(d)!).Where(d => d is not ("bin" or "obj"));
        Assert.That(folders, Is.SubsetOf(s_layers.SelectMany(l => l)));
    }

    [Test]
    public void A_folder_names_only_folders_below_it()
    {
        var wrong = new List<string>();
        foreach (string[] layer in s_layers)
        {
            foreach (string folder in layer.Where(f => Directory.Exists(Path.Combine(Engine, f))))
            {
                var allowed = s_layers.TakeWhile(l => l != layer).SelectMany(l => l).Append(folder).ToHashSet();
                foreach (string file in Directory.EnumerateFiles(Path.Combine(Engine, folder), "*.cs", SearchOption.AllDirectories))
                {
                    wrong.AddRange(EngineNames().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value).Where(name => !allowed.Contains(name))
                        .Distinct().Select(name => $"{Path.GetRelativePath(Engine, file)} names {name}"));
                }
            }
        }
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    public void Only_Interop_imports_native_functions()
    {
        IEnumerable<string> importing = Directory.EnumerateFiles(Path.Combine(Fixtures.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}") && !f.Contains("Spa.Interop"))
            .Where(f => NativeImport().IsMatch(File.ReadAllText(f)));
        Assert.That(importing, Is.Empty);
    }

    [GeneratedRegex(@"Spa\.Engine\.([A-Z]\w+)")]
    private static partial Regex EngineNames();

    [GeneratedRegex(@"\[(LibraryImport|DllImport)\b")]
    private static partial Regex NativeImport();
}
