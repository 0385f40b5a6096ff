using System.Runtime.InteropServices;
using Spa.Engine.Compute;
using Spa.Engine.Compute.Cuda;

namespace Spa.Engine.Tests.Compute.Cuda;

internal sealed class PagedWorkTests
{
    private static readonly AttentionTiling s_tensor = new(64, false);

    [Test]
    public void A_decoded_token_is_split_at_chunks_of_its_keys([Values(1, 1024, 1025, 2048, 5000)] int keys)
    {
        PagedRows rows = Rows((0, keys - 1, 1));
        PagedWork work = PagedWork.Of(rows, 1000, 4, s_tensor);
        int chunks = (keys + 1023) / 1024;
        AttentionItem[] items = Items(work, PagedWork.SmallOffset, work.Small);
        Assert.That((work.Small, work.Large, work.Splits, work.Slots), Is.EqualTo((chunks, 0, chunks > 1 ? 1 : 0, chunks > 1 ? chunks : 0)));
        Assert.That(items.OrderBy(item => item.BlockBegin).Select(item => (item.BlockBegin, item.BlockEnd, item.Prefix)),
            Is.EqualTo(Enumerable.Range(0, chunks).Select(c => (16 * c, Math.Min(16 * c + 16, (keys + 63) / 64), chunks > 1 ? c : -1))));
    }

    [Test]
    public void Prompts_are_tiles_of_four_warps_beside_decoded_tokens()
    {
        PagedRows rows = Rows((0, 70, 1), (1, 0, 100), (2, 500, 4));
        PagedWork work = PagedWork.Of(rows, 1000, 4, s_tensor);
        AttentionItem[] large = Items(work, work.LargeOffset, work.Large), small = Items(work, PagedWork.SmallOffset, work.Small);
        Assert.That(small.Select(item => (item.Row, item.Count, item.Keys)), Is.EqualTo(new[] { (101, 16, 504), (0, 4, 71) }));
        Assert.That(large.Select(item => (item.Row, item.First, item.Count)), Is.EqualTo(Enumerable.Range(0, 7).Select(i => (1, 64 * (6 - i), i == 0 ? 16 : 64))));
        Assert.That(work.Words.Slice(work.PositionsOffset / 4, 3).ToArray(), Is.EqualTo(new[] { 70, 0, 1 }));
        // Sequence 0's second page is 1, its row the seventh of that page.
        Assert.That(work.Words[work.SlotsOffset / 4], Is.EqualTo(64 * 1 + 6));
        Assert.That(work.Words[3], Is.EqualTo(rows.Count));
    }

    [Test]
    public void Appending_and_attending_build_the_list_once_a_step()
    {
        PagedRows rows = Rows((0, 70, 1));
        PagedWork.Of(rows, 1000, 0, default);
        PagedWork.Of(rows, 1000, 4, s_tensor);
        rows.Clear();
        rows.Add(0, 71);
        int stamp = PagedWork.Of(rows, 1000, 0, default).Stamp;
        Assert.That(PagedWork.Of(rows, 1000, 4, s_tensor).Stamp, Is.EqualTo(stamp));
    }

    [Test]
    public void A_page_that_is_not_there_is_told_unless_it_lies_behind_the_window()
    {
        PagedRows rows = Rows((0, 200, 1));
        rows.SetPages(0, [-1, -1, -1, 3]);
        PagedWork work = PagedWork.Of(rows, 1000, 4, s_tensor);
        Assert.That(() => work.CheckPages(rows, 9), Throws.Nothing);
        Assert.That(() => work.CheckPages(rows, 0), Throws.ArgumentException.With.Message.EqualTo("key/value cache: sequence 0 needs page-table entry 0, found page -1 of 1000"));
        rows.SetPages(0, [-1, -1]);
        Assert.That(() => PagedWork.Of(rows, 1000, 4, s_tensor), Throws.ArgumentException.With.Message.EqualTo("key/value cache: sequence 0 needs page-table entry 3, found 2 entries"));
    }

    /// <summary>Rows of sequences from a position on; page i of every sequence is page i.</summary>
    private static PagedRows Rows(params (int Sequence, int First, int Count)[] runs)
    {
        var rows = new PagedRows();
        foreach ((int sequence, int first, int count) in runs)
        {
            rows.SetPages(sequence, [.. Enumerable.Range(0, 100)]);
            for (int i = 0; i < count; i++) rows.Add(sequence, first + i);
        }

        return rows;
    }

    private static AttentionItem[] Items(PagedWork work, int offset, int count) => MemoryMarshal.Cast<int, AttentionItem>(work.Words[(offset / 4)..])[..count].ToArray();
}
