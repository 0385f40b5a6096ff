using Spa.Engine.Text.Tokenization;

namespace Spa.Engine.Tests.Text.Tokenization;

/// <summary>Counts and sums of the code points that the reference drops, found by giving it every one: they tell when the runtime's tables move on.</summary>
internal sealed class EarlierMarksTests
{
    [Test]
    public void StripAccents_drops_the_marks_of_Unicode_9() => AssertSet(EarlierMarks.IsMark, 2097, 286_880_651);

    [Test]
    public void Bert_drops_the_non_spacing_marks_of_Unicode_8() => AssertSet(EarlierMarks.IsNonSpacingMark, 1567, 262_554_314);

    // The reference keeps tab, line feed and carriage return as spaces, and drops U+FFFD besides; NUL was left out of the count.
    [Test]
    public void Bert_drops_what_was_invisible_in_Unicode_8() =>
        AssertSet(c => (EarlierMarks.IsInvisible(c) && c is not (0 or '\t' or '\n' or '\r')) || c == 0xFFFD, 137_680, 137_913_084_793);

    private static void AssertSet(Func<int, bool> contains, int count, long sum)
    {
        int[] found = [.. Enumerable.Range(0, 0x110000).Where(c => c is < 0xD800 or > 0xDFFF && contains(c))];
        Assert.That(found, Has.Length.EqualTo(count));
        Assert.That(found.Sum(c => (long)c), Is.EqualTo(sum));
    }
}
