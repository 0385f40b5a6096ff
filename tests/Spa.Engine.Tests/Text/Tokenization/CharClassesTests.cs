using System.Text.Json;
using Spa.Engine.Tests.Support;
using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Tests.Text.Tokenization;

public sealed class CharClassesTests
{
    [TestCase(@"\p{L}")]
    [TestCase(@"\p{N}")]
    [TestCase(@"\s")]
    [TestCase("(?i:s)")]
    public void A_class_holds_exactly_the_code_points_of_the_reference(string pattern)
    {
        HashSet<int> expected = Ranges(pattern);
        RegexPattern matcher = new(pattern);
        Assert.That(AllCodePoints().Where(c => Matches(matcher, c) != expected.Contains(c)).Take(5), Is.Empty);
    }

    [Test]
    public void The_kinds_of_the_scanners_are_the_classes_of_the_patterns()
    {
        HashSet<int> letters = Ranges(@"\p{L}"), numbers = Ranges(@"\p{N}"), spaces = Ranges(@"\s");
        CharKind Expected(int c) => letters.Contains(c) ? CharKind.Letter : numbers.Contains(c) ? CharKind.Number : spaces.Contains(c) ? CharKind.Space : CharKind.Other;
        Assert.That(AllCodePoints().Where(c => CharClasses.KindOf(c) != Expected(c)).Take(5), Is.Empty);
    }

    [Test]
    public void Exactly_the_marks_that_the_reference_reorders_have_a_combining_class()
    {
        HashSet<int> expected = Ranges("nfc_reordered");
        Assert.That(AllCodePoints().Where(c => CanonicalData.ClassOf(c) > 0 != expected.Contains(c)).Take(5), Is.Empty);
    }

    private static bool Matches(RegexPattern pattern, int codePoint)
    {
        string text = char.ConvertFromUtf32(codePoint);
        long steps = PatternSteps.For(text.Length);
        return pattern.TryFind(text, 0, ref steps, out int start, out int length) && start == 0 && length == text.Length;
    }

    private static IEnumerable<int> AllCodePoints() => Enumerable.Range(0, 0x110000).Where(c => c is < 0xD800 or > 0xDFFF);

    private static HashSet<int> Ranges(string name)
    {
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(Fixtures.Require("fixtures/tokenizers/character-classes.json")));
        return [.. json.RootElement.GetProperty(name).EnumerateArray().SelectMany(range => Enumerable.Range(range[0].GetInt32(), range[1].GetInt32() - range[0].GetInt32() + 1))];
    }
}
