using Spa.Engine.Data;

namespace Spa.Engine.Tests.Data;

internal sealed class TruncationTests
{
    [Test]
    public void A_row_that_fits_is_handed_on_as_it_is_even_with_a_long_prompt()
    {
        TokenizedPair pair = Pair(9, 3, 2);
        TruncationCounts counts = new();
        Assert.That(new Truncation(12, MaxPromptLength: 4).Apply(pair, counts), Is.SameAs(pair));
        Assert.That(Truncation.None.Apply(pair, counts), Is.SameAs(pair));
        Assert.That(counts.Lines(), Is.Empty);
    }

    [Test]
    public void Keep_start_cuts_the_responses_as_TRL_does()
    {
        TruncationCounts counts = new();
        TokenizedPair cut = new Truncation(8).Apply(Pair(5, 6, 2), counts)!;
        Assert.That(cut.Prompt.Concat(cut.Chosen), Is.EqualTo(new[] { 0, 1, 2, 3, 4, 100, 101, 102 }), "TRL: (prompt + chosen)[:8]");
        Assert.That(cut.Rejected, Is.EqualTo(new[] { 200, 201 }), "(prompt + rejected) fits");
        Assert.That((cut.ChosenComplete, cut.RejectedComplete, cut.PromptCut), Is.EqualTo((false, true, false)));
        Assert.That((counts.CutResponses, counts.CutResponseTokens, counts.CutPrompts), Is.EqualTo((1L, 3L, 0L)));
    }

    [Test]
    public void Keep_start_leaves_out_a_row_whose_prompt_fills_the_length_as_TRL_does()
    {
        TruncationCounts counts = new();
        Assert.That(new Truncation(8).Apply(Pair(8, 1, 1), counts), Is.Null);
        Assert.That(counts.Dropped, Is.EqualTo(1));
    }

    [Test]
    public void Keep_end_cuts_the_beginning_of_the_prompt_and_both_responses_keep_one_prompt()
    {
        TruncationCounts counts = new();
        TokenizedPair cut = new Truncation(8, Mode: TruncationMode.KeepEnd).Apply(Pair(5, 6, 2), counts)!;
        Assert.That(cut.Prompt.Concat(cut.Chosen), Is.EqualTo(new[] { 3, 4, 100, 101, 102, 103, 104, 105 }), "TRL: (prompt + chosen)[-8:]");
        Assert.That(cut.Rejected, Is.EqualTo(new[] { 200, 201 }));
        Assert.That((cut.ChosenComplete, cut.RejectedComplete, cut.PromptCut), Is.EqualTo((true, true, true)));
        Assert.That((counts.CutPrompts, counts.CutPromptTokens, counts.CutResponses), Is.EqualTo((1L, 3L, 0L)));
    }

    [Test]
    public void A_response_longer_than_everything_keeps_its_start_and_one_prompt_token()
    {
        TokenizedPair cut = new Truncation(8, Mode: TruncationMode.KeepEnd).Apply(Pair(5, 20, 2), new TruncationCounts())!;
        Assert.That(cut.Prompt, Is.EqualTo(new[] { 4 }));
        Assert.That(cut.Chosen, Is.EqualTo(Enumerable.Range(100, 7)));
        Assert.That(cut.ChosenComplete, Is.False);
    }

    [Test]
    public void A_response_is_not_cut_while_a_short_prompt_leaves_room()
    {
        // The released code cut it to max_length - max_prompt_length = 4 although the prompt has only 3 tokens.
        TokenizedPair cut = new Truncation(10, MaxPromptLength: 6).Apply(Pair(3, 9, 2), new TruncationCounts())!;
        Assert.That((cut.Prompt.Length, cut.Chosen.Length), Is.EqualTo((3, 7)));
    }

    [Test]
    public void Max_prompt_length_keeps_the_end_of_a_prompt_whose_row_is_too_long()
    {
        TokenizedPair cut = new Truncation(10, MaxPromptLength: 4).Apply(Pair(9, 5, 2), new TruncationCounts())!;
        Assert.That(cut.Prompt, Is.EqualTo(new[] { 5, 6, 7, 8 }));
        Assert.That((cut.Chosen.Length, cut.ChosenComplete), Is.EqualTo((5, true)));
    }

    [Test]
    public void Every_cut_pair_fits_keeps_prefixes_and_is_counted()
    {
        Gen.Select(Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[1, 30], Gen.Int[2, 40], Gen.Int[1, 40], Gen.Bool).Sample(
            (prompt, chosen, rejected, limit, promptLimit, keepEnd) =>
            {
                TokenizedPair pair = Pair(prompt, chosen, rejected);
                TruncationCounts counts = new();
                Truncation truncation = new(limit, promptLimit < limit ? promptLimit : null, keepEnd ? TruncationMode.KeepEnd : TruncationMode.KeepStart);
                TokenizedPair? cut = truncation.Apply(pair, counts);
                if (cut is null)
                {
                    Assert.That(counts.Dropped, Is.EqualTo(1));
                    Assert.That(prompt, Is.GreaterThanOrEqualTo(limit));
                    return;
                }

                Assert.That(cut.Length, Is.LessThanOrEqualTo(limit));
                Assert.That(cut.Prompt, Is.Not.Empty.And.EqualTo(pair.Prompt[^cut.Prompt.Length..]));
                Assert.That(cut.Chosen, Is.Not.Empty.And.EqualTo(pair.Chosen[..cut.Chosen.Length]));
                Assert.That(cut.Rejected, Is.Not.Empty.And.EqualTo(pair.Rejected[..cut.Rejected.Length]));
                Assert.That(cut.ChosenComplete, Is.EqualTo(cut.Chosen.Length == chosen));
                Assert.That(cut.Chosen.Length == chosen || cut.Length == limit, "no response is cut while there is room");
                Assert.That(counts.CutPromptTokens + counts.CutResponseTokens, Is.EqualTo(prompt + chosen + rejected - cut.Prompt.Length - cut.Chosen.Length - cut.Rejected.Length));
            });
    }

    [TestCase(TruncationMode.KeepStart, new[] { 0, 1, 2, 3 }, false)]
    [TestCase(TruncationMode.KeepEnd, new[] { 2, 3, 4, 5 }, true)]
    public void A_whole_text_keeps_the_end_it_is_told_to(TruncationMode mode, int[] kept, bool complete)
    {
        TokenizedExample whole = new([0, 1, 2, 3, 4, 5], [false, true, true, true, true, true], Complete: true);
        TokenizedExample cut = new Truncation(4, Mode: mode).Apply(whole, 0, new TruncationCounts())!;
        Assert.That(cut.Tokens, Is.EqualTo(kept));
        Assert.That(cut.Scored, Is.EqualTo(new[] { false, true, true, true }));
        Assert.That(cut.Complete, Is.EqualTo(complete));
    }

    [Test]
    public void A_prompt_is_cut_to_leave_room_for_new_tokens()
    {
        TokenizedPrompt prompt = new([1, 2, 3, 4, 5], Cut: false);
        TruncationCounts counts = new();
        Assert.That(new Truncation(8).Apply(prompt, 3, counts), Is.SameAs(prompt));
        Assert.That(new Truncation(8).Apply(prompt, 6, counts)!.Tokens, Is.EqualTo(new[] { 4, 5 }));
        Assert.That(new Truncation(8).Apply(prompt, 8, counts), Is.Null);
        Assert.That((counts.CutPrompts, counts.CutPromptTokens, counts.Dropped), Is.EqualTo((1L, 3L, 1L)));
    }

    private static TokenizedPair Pair(int prompt, int chosen, int rejected) => new(
        [.. Enumerable.Range(0, prompt)], [.. Enumerable.Range(100, chosen)], [.. Enumerable.Range(200, rejected)], ChosenComplete: true, RejectedComplete: true, PromptCut: false);
}
