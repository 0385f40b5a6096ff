using Spa.Fuzz;

namespace Spa.Engine.Tests.Fuzzing;

/// <summary>The files that coverage-guided fuzzing kept (fuzz/Spa.Fuzz/Corpus): each reached code that no other did, or once broke a reader.</summary>
internal sealed class FuzzCorpusTests
{
    private static IEnumerable<string> Targets => FuzzTargets.All.Keys;

    [TestCaseSource(nameof(Targets))]
    public void Every_kept_file_is_read_or_refused_in_one_line(string target)
    {
        string[] files = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Corpus", target));
        Assert.That(files, Is.Not.Empty);
        Assert.Multiple(() =>
        {
            foreach (string file in files) Assert.That(FuzzCase.Problem(target, file), Is.Null, Path.GetFileName(file));
        });
    }
}
